"""From run folders to MLflow and back, once or again and again."""
