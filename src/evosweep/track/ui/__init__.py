"""MLflow's server and its app, for `evosweep ui`."""
