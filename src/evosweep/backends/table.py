"""The table of backends: one line for each, with everything that the other rooms need to know.

Snakemake reads the table while it parses a config, so this file imports no backend. `create`
imports the one that it makes.
"""

import importlib
import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evosweep.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from evosweep.backends.protocol import Backend


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendKind:
    """A backend, described without importing it."""

    name: str
    """As a config and `open_backend` call it."""
    summary: str
    implementation: str
    """`module:Class`; the class is called with the number of workers."""
    alone: bool = False
    """Whether it evaluates in the run's own process, so that it has one worker."""
    module: str = ""
    """The module that it needs beside evosweep's own requirements."""
    extra: str = ""
    """The extra of evosweep that installs the module."""
    launcher: tuple[str, ...] = ()
    """Words between Python and the program, `{workers}` in them; none: started as any program."""
    crosses_hosts: bool = False
    """Whether its workers may be on other machines."""

    @property
    def is_installed(self) -> bool:
        """Whether this Python has the module that the backend needs."""
        return not self.module or importlib.util.find_spec(self.module) is not None

    @property
    def install(self) -> str:
        """The command that installs a missing module."""
        return f"pip install 'evosweep[{self.extra}]'"

    def launch(self, workers: int) -> list[str]:
        """The launcher's words for so many workers."""
        return [word.format(workers=workers) for word in self.launcher]


_KINDS = (
    BackendKind(
        name="serial",
        summary="in the run's own process",
        implementation="evosweep.backends.serial:Serial",
        alone=True,
    ),
    BackendKind(
        name="pool",
        summary="processes of this machine",
        implementation="evosweep.backends.pool:Pool",
    ),
    BackendKind(
        name="scoop",
        summary="SCOOP's workers",
        implementation="evosweep.backends.scoop:Scoop",
        module="scoop",
        extra="scoop",
        launcher=("-m", "scoop", "--quiet", "--host", "127.0.0.1", "-n", "{workers}"),
        crosses_hosts=True,
    ),
)

BACKENDS: dict[str, BackendKind] = {kind.name: kind for kind in _KINDS}
"""Every backend by its name."""

REFERENCE = "serial"
"""The backend that every other one must equal, and against which speed-ups are measured."""


def backend_kind(use: str) -> BackendKind:
    """The line of a backend; raises `InputError` for an unknown name."""
    if use not in BACKENDS:
        raise InputError(
            f"no backend is called {use!r}; there are: {', '.join(BACKENDS)}"
            f"{did_you_mean(use, BACKENDS)}"
        )
    return BACKENDS[use]


def check(use: str, workers: int) -> BackendKind:
    """The line of a backend that can have so many workers here; raises `InputError` as `create`."""
    kind = backend_kind(use)
    if workers < 1:
        raise InputError(f"backend {use}: workers is {workers}, and must be 1 or more")
    if kind.alone and workers != 1:
        raise InputError(f"backend {use}: workers is {workers}, and it has one; use pool")
    if not kind.is_installed:
        raise InputError(f"backend {use} needs the package {kind.module}: {kind.install}")
    return kind


def create(use: str, workers: int = 1) -> "Backend":
    """The backend of that name, not yet entered.

    Raises `InputError` for an unknown name, for a number of workers that it cannot have, and for a
    backend whose module is not installed.
    """
    kind = check(use, workers)
    module, _, name = kind.implementation.partition(":")
    backend: Backend = getattr(importlib.import_module(module), name)(workers)
    return backend
