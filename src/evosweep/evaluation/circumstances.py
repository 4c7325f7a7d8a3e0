"""The circumstances of a run's evaluations; of these, only the seed affects a fitness."""

from dataclasses import dataclass
from pathlib import Path

from evosweep.evaluation.blame import EarlierLosses


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """The circumstances of a run's evaluations."""

    description: str
    """The JSON from which workers build the problem."""
    seed: int
    lost: EarlierLosses = ()
    """Evaluations that killed an earlier process."""
    audit: int = 0
    """One in this many evaluations of the journal is repeated and compared; 0: none."""
    order: Path | None = None
    """The journal whose order of results an asynchronous algorithm repeats; None: any order."""
