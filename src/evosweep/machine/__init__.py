"""The machine under a run: environment, floating point, processors; no part of a run."""
