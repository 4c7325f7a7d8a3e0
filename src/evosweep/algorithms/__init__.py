"""Built-in algorithms, one file each: functions that evolve a toolbox's population; no problems."""
