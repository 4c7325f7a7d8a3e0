"""Grids of evolutionary experiments written with DEAP: run, compared, repeated to the last bit."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "FinishedRun", "Results", "__version__", "current_batch", "load", "open_backend", "run",
    "sweep",
]  # fmt: skip

if TYPE_CHECKING:
    from evosweep.evaluation.current import current_batch
    from evosweep.evaluation.open_map import open_backend
    from evosweep.notebook.one_run import FinishedRun, run
    from evosweep.notebook.results import Results, load
    from evosweep.notebook.sweeping import sweep


_OFFERED = {
    "FinishedRun": "evosweep.notebook.one_run",
    "Results": "evosweep.notebook.results",
    "current_batch": "evosweep.evaluation.current",
    "load": "evosweep.notebook.results",
    "open_backend": "evosweep.evaluation.open_map",
    "sweep": "evosweep.notebook.sweeping",
}


def __getattr__(name: str) -> Any:
    """Import a documented name at its first use, so that `import evosweep` itself is fast."""
    if name == "run":
        return import_module("evosweep.run")  # the package of that name is called
    if name in _OFFERED:
        return getattr(import_module(_OFFERED[name]), name)
    raise AttributeError(f"module 'evosweep' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
