"""Grids of evolutionary experiments written with DEAP: run, compared, repeated to the last bit."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "current_batch", "open_backend"]

if TYPE_CHECKING:
    from evosweep.evaluation.current import current_batch
    from evosweep.evaluation.open_map import open_backend


_OFFERED = {
    "open_backend": "evosweep.evaluation.open_map",
    "current_batch": "evosweep.evaluation.current",
}


def __getattr__(name: str) -> Any:
    """Import a documented name at its first use, so that `import evosweep` itself is fast."""
    if name in _OFFERED:
        return getattr(import_module(_OFFERED[name]), name)
    raise AttributeError(f"module 'evosweep' has no attribute {name!r}")
