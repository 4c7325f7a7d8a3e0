"""What a run is in MLflow, made from its folder alone; MLflow is not imported."""
