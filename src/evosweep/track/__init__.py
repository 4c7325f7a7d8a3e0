"""Show run folders in MLflow, which is only a view of them; a run never imports this package."""
