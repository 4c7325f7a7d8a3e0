"""Strict models of what a user writes: experiment, grid, spec; no import of DEAP or MLflow."""
