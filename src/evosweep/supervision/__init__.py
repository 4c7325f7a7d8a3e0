"""The outer process of `evosweep run`: starts, watches and ends working processes; no evolution."""
