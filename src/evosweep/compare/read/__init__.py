"""Run folders read into studies, runs and traces; no statistics."""
