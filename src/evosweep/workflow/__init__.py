"""What the Snakefile asks: jobs of a plan, hooks of a call, profiles; performs no run."""
