"""MLflow's server and its app, as `evosweep ui` serves them."""
