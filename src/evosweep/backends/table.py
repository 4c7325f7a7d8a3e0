"""The table of backends: one line for each, with everything that the other rooms need.

Snakemake reads the table while it parses a config, so this file imports no backend. `create`
imports the backend that it makes.
"""

import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evosweep.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from evosweep.backends.protocol import Backend


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendKind:
    """A backend, described without importing it."""

    name: str
    """Its name in a config and for `open_backend`."""
    summary: str
    implementation: str
    """`module:Class`; the class takes the number of workers, and its options as keywords."""
    alone: bool = False
    """True if it evaluates in the run's own process, so that it has one worker."""
    module: str = ""
    """The module that it needs in addition to evosweep's own requirements."""
    extra: str = ""
    """The extra of evosweep that installs the module."""
    options: tuple[str, ...] = ()
    """The keys of a config that it takes beside `use` and `workers`."""
    required: str = ""
    """The option that a config must give."""
    launcher: tuple[str, ...] = ()
    """The command under which a program must be started; empty if it needs none.

    `{workers}` stands for the number of workers, `{ranks}` for that number + 1, `{python}` for
    this Python. Any other first word is a program, searched beside this Python and then on PATH."""
    supervised: str = "evosweep.supervision.launchers:InProcess"
    """`module:Class` of its launcher in `evosweep run`; the class takes this `BackendKind`."""
    crosses_hosts: bool = False
    """True if its workers may be on other machines."""
    over_nodes: bool = False
    """True if it starts its workers on all nodes of the run's SLURM allocation."""
    contained: bool = True
    """True if a run of it may be in a container."""

    @property
    def is_installed(self) -> bool:
        """True if the module and the program that the backend needs are installed."""
        if self.module and importlib.util.find_spec(self.module) is None:
            return False
        return not self._program or find_program(self._program) is not None

    @property
    def install(self) -> str:
        """The command that installs what is missing."""
        return f"pip install 'evosweep[{self.extra}]'"

    def launch(self, workers: int) -> list[str]:
        """Return the command line to put before a program, for this number of workers."""
        first, *words = self.launcher or ("{python}",)
        values = {"workers": workers, "ranks": workers + 1, "python": sys.executable}
        program = (find_program(self._program) or first) if self._program else first
        return [word.format(**values) for word in (program, *words)]

    @property
    def _program(self) -> str:
        """The name of the launching program; "" if that is Python."""
        first = self.launcher[0] if self.launcher else "{python}"
        return "" if first == "{python}" else first


def find_program(name: str) -> str | None:
    """Return the path of a program: the one beside this Python, else the first on PATH."""
    beside = Path(sys.executable).parent
    return shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}")


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
        launcher=("{python}", "-m", "scoop", "--quiet", "--host", "127.0.0.1", "-n", "{workers}"),
        supervised="evosweep.supervision.launchers:UnderScoop",
        crosses_hosts=True,
        options=("hosts",),
    ),
    BackendKind(
        name="mpi",
        summary="MPI's ranks",
        implementation="evosweep.backends.mpi:Mpi",
        module="mpi4py",
        extra="mpi",
        launcher=("mpiexec", "-n", "{ranks}", "{python}", "-m", "mpi4py.futures"),
        supervised="evosweep.supervision.under_mpi:UnderMpi",
        crosses_hosts=True,
        over_nodes=True,
        contained=False,
    ),
    BackendKind(
        name="dask",
        summary="Dask's workers",
        implementation="evosweep.backends.dask:Dask",
        module="distributed",
        extra="dask",
        options=("scheduler",),
        crosses_hosts=True,
        over_nodes=True,
        contained=False,
    ),
    BackendKind(
        name="futures",
        summary="an executor of your own",
        implementation="evosweep.backends.futures:Futures",
        options=("executor", "import_path"),
        required="executor",
        crosses_hosts=True,
    ),
)

BACKENDS: dict[str, BackendKind] = {kind.name: kind for kind in _KINDS}
"""Every backend by its name."""

REFERENCE = "serial"
"""The reference: every other backend must give its results; speed-ups are relative to it."""


def backend_kind(use: str) -> BackendKind:
    """Return the line of a backend; raises `InputError` for an unknown name."""
    if use not in BACKENDS:
        raise InputError(
            f"no backend is called {use!r}; there are: {', '.join(BACKENDS)}"
            f"{did_you_mean(use, BACKENDS)}"
        )
    return BACKENDS[use]


def choice(text: str) -> dict[str, object]:
    """Return the backend of a spec that `NAME` or `NAME:WORKERS` stands for; raises
    `InputError`."""
    name, _, workers = text.partition(":")
    if workers and not workers.isdigit():
        raise InputError(f"backend {text!r}: the workers in {workers!r} are no number")
    count = int(workers) if workers else (1 if backend_kind(name).alone else 2)
    return {"use": name, "workers": count}


def check(use: str, workers: int, options: Mapping[str, object] | None = None) -> BackendKind:
    """Return the line of a backend after checking its workers, options and module.

    Raises `InputError` in the same cases as `create`.
    """
    kind = backend_kind(use)
    if workers < 1:
        raise InputError(f"backend {use}: workers is {workers}, and must be 1 or more")
    if kind.alone and workers != 1:
        raise InputError(f"backend {use}: workers is {workers}, and it has one; use pool")
    if mistake := mistake_in_options(kind, options or {}):
        raise InputError(f"backend {use}: {mistake}")
    if not kind.is_installed:
        raise InputError(f"backend {use} needs the package {kind.module}: {kind.install}")
    return kind


def mistake_in_options(kind: BackendKind, options: Collection[str]) -> str:
    """Return the first mistake in the options of a backend; "" if they are right."""
    if unknown := [name for name in options if name not in kind.options]:
        takers = [other.name for other in _KINDS if unknown[0] in other.options]
        return f"{kind.name} takes no {unknown[0]}" + (f"; {takers[0]} does" if takers else "")
    if kind.required and kind.required not in options:
        return f"{kind.name} needs {kind.required}"
    return ""


def create(use: str, workers: int = 1, options: Mapping[str, object] | None = None) -> "Backend":
    """Return a new backend; use it in a `with` block.

    Raises `InputError` for an unknown name, for a number of workers or options that the backend
    cannot have, and for a backend whose module is not installed.
    """
    kind = check(use, workers, options)
    backend: Backend = imported(kind.implementation)(workers, **(options or {}))
    return backend


def imported(name: str) -> Any:
    """Import and return the object that `module:name` names."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
