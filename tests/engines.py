"""Backends as tests have them: what each must be given, and what it misses where it cannot run."""

from typing import Any

from lacking import lacking

from evosweep.backends.table import BACKENDS

OPTIONS: dict[str, dict[str, Any]] = {"futures": {"executor": "executors:processes"}}
"""Their keys beside `use` and `workers`; the module lies beside the tests."""


def require(use: str) -> None:
    """Leaves a test out where a backend is not installed; in CI that is a failure."""
    kind = BACKENDS[use]
    if not kind.is_installed:
        reason = f"backend {use} misses {kind.module} or its program: {kind.install}"
        lacking(reason)


def backend(use: str, workers: int) -> dict[str, Any]:
    """The part of a spec."""
    return {"use": use, "workers": workers, **OPTIONS.get(use, {})}
