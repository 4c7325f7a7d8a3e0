"""Built-in problems, one file each: functions that return a toolbox; no algorithms."""
