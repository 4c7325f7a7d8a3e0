"""Compare finished runs, from run folders alone; no file here starts a run."""
