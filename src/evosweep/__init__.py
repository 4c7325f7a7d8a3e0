"""Grids of evolutionary experiments written with DEAP: run, compared, repeated to the last bit."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "open_backend"]

if TYPE_CHECKING:
    from evosweep.evaluation.open_map import open_backend


def __getattr__(name: str) -> Any:
    """`open_backend`, imported when it is asked for, so that importing evosweep costs nothing."""
    if name == "open_backend":
        from evosweep.evaluation.open_map import open_backend

        return open_backend
    raise AttributeError(f"module 'evosweep' has no attribute {name!r}")
