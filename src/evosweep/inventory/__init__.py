"""Compare results with a config: nearest runs, leftovers; no user code is imported or run."""
