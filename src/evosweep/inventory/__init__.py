"""Results compared with a config: nearest runs, leftovers; nobody's code is imported or run."""
