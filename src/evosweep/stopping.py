"""The documented argument of a callback; the code lies in `evosweep.run.early_stop`."""

from evosweep.run.early_stop import Generation

__all__ = ["Generation"]
