"""The outer process of `evosweep run`: jobs, working processes, their ends; no evolution."""
