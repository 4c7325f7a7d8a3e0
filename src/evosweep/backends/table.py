"""The table of backends: one line for each, with everything that the other rooms need to know.

Snakemake reads the table while it parses a config, so this file imports no backend. `create`
imports the one that it makes.
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
    """As a config and `open_backend` call it."""
    summary: str
    implementation: str
    """`module:Class`; the class is called with the number of workers, and its options by name."""
    alone: bool = False
    """True if it evaluates in the run's own process, so that it has one worker."""
    module: str = ""
    """The module that it needs beside evosweep's own requirements."""
    extra: str = ""
    """The extra of evosweep that installs the module."""
    options: tuple[str, ...] = ()
    """The keys of a config that it takes beside `use` and `workers`."""
    required: str = ""
    """The option that it cannot do without."""
    launcher: tuple[str, ...] = ()
    """The command that starts a program; none: started as any program.

    `{workers}` stands for their number, `{ranks}` for one more, `{python}` for this Python; any
    other first word is a program that is looked for beside this Python, then on PATH."""
    supervised: str = "evosweep.supervision.launchers:InProcess"
    """`module:Class` of the launcher of `evosweep run`, which is called with this line."""
    crosses_hosts: bool = False
    """True if its workers may be on other machines."""
    contained: bool = True
    """True if a run of it may be in a container."""

    @property
    def is_installed(self) -> bool:
        """True if this Python has the module that the backend needs, and the program if any."""
        if self.module and importlib.util.find_spec(self.module) is None:
            return False
        return not self._program or find_program(self._program) is not None

    @property
    def install(self) -> str:
        """The command that installs what is missing."""
        return f"pip install 'evosweep[{self.extra}]'"

    def launch(self, workers: int) -> list[str]:
        """Return the words before a program's own that start it with so many workers."""
        first, *words = self.launcher or ("{python}",)
        values = {"workers": workers, "ranks": workers + 1, "python": sys.executable}
        program = (find_program(self._program) or first) if self._program else first
        return [word.format(**values) for word in (program, *words)]

    @property
    def _program(self) -> str:
        """The program that starts others under it; "" if that is Python."""
        first = self.launcher[0] if self.launcher else "{python}"
        return "" if first == "{python}" else first


def find_program(name: str) -> str | None:
    """Return the path of a program: one that was installed with this Python, else that on PATH."""
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
"""The backend that every other one must equal, and against which speed-ups are measured."""


def backend_kind(use: str) -> BackendKind:
    """Return the line of a backend; raises `InputError` for an unknown name."""
    if use not in BACKENDS:
        raise InputError(
            f"no backend is called {use!r}; there are: {', '.join(BACKENDS)}"
            f"{did_you_mean(use, BACKENDS)}"
        )
    return BACKENDS[use]


def check(use: str, workers: int, options: Mapping[str, object] | None = None) -> BackendKind:
    """Return the line of a backend that can have so many workers here; raises `InputError` as
    `create`."""
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
    """Return what is wrong with the options that a backend is given; "" if nothing is."""
    if unknown := [name for name in options if name not in kind.options]:
        takers = [other.name for other in _KINDS if unknown[0] in other.options]
        return f"{kind.name} takes no {unknown[0]}" + (f"; {takers[0]} does" if takers else "")
    if kind.required and kind.required not in options:
        return f"{kind.name} needs {kind.required}"
    return ""


def create(use: str, workers: int = 1, options: Mapping[str, object] | None = None) -> "Backend":
    """Return the backend of that name, not yet entered.

    Raises `InputError` for an unknown name, for a number of workers or options that it cannot have,
    and for a backend whose module is not installed.
    """
    kind = check(use, workers, options)
    backend: Backend = imported(kind.implementation)(workers, **(options or {}))
    return backend


def imported(name: str) -> Any:
    """Return what a line of the table names as `module:name`."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
