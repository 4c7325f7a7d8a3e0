"""Run folders shown in MLflow, which is a view of them; a run never imports this package."""
