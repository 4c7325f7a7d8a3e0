"""The workflow behind the Snakefile: plan, hooks, settings, profiles; it performs no run itself."""
