"""Compare results with a config: nearest runs, leftovers; this room imports and runs no user
code."""
