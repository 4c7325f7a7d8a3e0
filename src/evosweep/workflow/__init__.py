"""The workflow behind the Snakefile: plan, hooks, settings, profiles; no run is performed here."""
