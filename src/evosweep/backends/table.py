"""The table of backends: `serial`, `pool` and `scoop`, by name."""

from evosweep.backends.protocol import Backend
from evosweep.errors import InputError
from evosweep.plugins.loading import resolve
from evosweep.wording import did_you_mean

BACKENDS = {
    "serial": "evosweep.backends.serial:Serial",
    "pool": "evosweep.backends.pool:Pool",
    "scoop": "evosweep.backends.scoop:Scoop",
}


def create(use: str, workers: int = 1) -> Backend:
    """The backend of that name, not yet entered.

    Raises `InputError` for an unknown name, for fewer than one worker, and for a backend whose
    package is not installed.
    """
    if use not in BACKENDS:
        raise InputError(
            f"no backend is called {use!r}; there are: {', '.join(BACKENDS)}"
            f"{did_you_mean(use, BACKENDS)}"
        )
    if workers < 1:
        raise InputError(f"backend {use}: workers is {workers}, and must be 1 or more")
    backend: Backend = resolve(use, BACKENDS, "", "backend")(workers)
    return backend
