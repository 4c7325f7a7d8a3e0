"""Bring run folders to MLflow and back, once or repeatedly."""
