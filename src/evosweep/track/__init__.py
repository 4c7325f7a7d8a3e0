"""Tracking: run folders shown in MLflow, which is a view of them that can be rebuilt at any time.

`track` brings MLflow up to date, `receipt` goes the other way: from an MLflow run to the record
that repeats it. A run itself never imports this package.
"""

from evosweep.track.command import track
from evosweep.track.receipts import receipt

__all__ = ["receipt", "track"]
