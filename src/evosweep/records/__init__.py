"""Every file of a run folder: paths, formats, reading, writing; computes no results."""
