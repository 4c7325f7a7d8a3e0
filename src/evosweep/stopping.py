"""What a callback is given; the code lies in `evosweep.run.early_stop`."""

from evosweep.run.early_stop import Generation

__all__ = ["Generation"]
