"""Read run folders into studies, runs and traces; no statistics."""
