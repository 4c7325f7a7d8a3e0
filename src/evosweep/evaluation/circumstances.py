"""Where and how a run evaluates; only the seed among these affects a fitness."""

from dataclasses import dataclass
from pathlib import Path

from evosweep.evaluation.blame import EarlierLosses


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """The circumstances of a run's evaluations."""

    description: str
    """The JSON that workers build the problem from."""
    seed: int
    lost: EarlierLosses = ()
    """Evaluations that killed an earlier process."""
    audit: int = 0
    """Of what the journal has, one evaluation in so many is made again; 0: none."""
    order: Path | None = None
    """The journal whose order of results an asynchronous algorithm follows; None: any order."""
