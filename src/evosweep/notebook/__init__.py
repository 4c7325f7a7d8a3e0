"""Functions for notebooks: results as data frames, one run, a sweep; no file format of its own."""
