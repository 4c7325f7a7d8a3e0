"""What a user writes, as strict models: experiment, grid, spec; imports no DEAP, no MLflow."""
