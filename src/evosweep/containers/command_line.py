"""Build the command line that runs `evosweep run` in a container: docker, podman or apptainer.

Folders have the same path inside as outside, so that relative and absolute paths of a spec are
valid inside. Only the run's folder and a /tmp in memory are writable. There is no network unless
the config asks for it, there are no capabilities, and the user is the caller.

A workflow puts `command_prefix` before `evosweep run`. This starts the watching process
(`evosweep.commands.contain`), which calls the engine with `engine_command`.
"""

import hashlib
import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evosweep.containers.mounts import check_mountable, linked_modules
from evosweep.errors import InputError
from evosweep.files.unchanged import HandedFile
from evosweep.files.writing import write_whole
from evosweep.machine.cpus import available_cpus
from evosweep.machine.threads import THREAD_VARIABLES
from evosweep.processes.guard import SUPERVISOR_VARIABLE
from evosweep.processes.signals import PARENT_VARIABLE

ENGINES = ("docker", "podman", "apptainer")
NONE = "none"
DEFAULT_IMAGES = {
    "docker": "evosweep-run",
    "podman": "localhost/evosweep-run",
    "apptainer": "evosweep-run.sif",
}
OPTIONS_VARIABLE = "EVOSWEEP_ENGINE_OPTIONS"

_SHARED_MEMORY = "256m"  # for evaluations' own processes; the engines' default is 64m
_INSIDE = ("python3", "-P", "-m", "evosweep.entry.in_container")
_OF_OTHERS = ("EVOSWEEP_SETTINGS", "EVOSWEEP_JOBS", "EVOSWEEP_FRESH", "EVOSWEEP_UI_SECRET")
_STAYS_OUTSIDE = (PARENT_VARIABLE, SUPERVISOR_VARIABLE, OPTIONS_VARIABLE, *_OF_OTHERS)
_LONG_SPEC = 100_000  # characters; the system accepts 131,072 bytes in one word


@dataclass(frozen=True)
class EngineContainer:
    """The config's `container:`, whose values are None if the engine's defaults hold."""

    engine: str = NONE
    image: str | None = None
    memory: str | None = None
    network: str = NONE

    @property
    def reference(self) -> str:
        """The name of the image; by default the one that `make image` makes."""
        return self.image or DEFAULT_IMAGES[self.engine]


@dataclass(frozen=True)
class Image:
    """A checked image: its name, and the digest of its content."""

    name: str
    digest: str


@dataclass(frozen=True)
class ContainedRun:
    """An `evosweep run` in a container: its spec, its folder, and the rest of its options."""

    spec: Mapping[str, Any]
    out: Path
    seeds: str | None = None
    flags: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        """The arguments of `evosweep` inside."""
        seeds = ["--seeds", self.seeds] if self.seeds is not None else []
        return ["run", *self._spec_words, "--out", str(self.out), *seeds, *self.flags]

    @property
    def _spec_words(self) -> list[str]:
        text = json.dumps(self.spec)
        long = self._long_spec(text)
        return ["--spec", text] if long is None else long.words("--spec")

    def _long_spec(self, text: str) -> HandedFile | None:
        """Return a file in the run's folder, which the container can read; None if it is short."""
        return HandedFile.of(text, self.out, ".spec-") if len(text) >= _LONG_SPEC else None

    def write_long_spec(self) -> None:
        """Write the spec into the run's folder if it is too long for a command line."""
        if (spec := self._long_spec(json.dumps(self.spec))) is not None:
            write_whole(spec.path, spec.content)

    @property
    def workers(self) -> int:
        """Number of processes that evaluate."""
        return int(self.spec["backend"].get("workers", 1))

    @property
    def import_path(self) -> Path | None:
        """The folder of the user's modules, absolute; None if the run needs none."""
        folder = self.spec.get("import_path", ".")
        return Path(os.path.abspath(folder)) if folder else None  # noqa: PTH100

    @property
    def code(self) -> list[Path]:
        """The folders of the user's modules, and the folders to which links in them lead."""
        folder = self.import_path
        return [] if folder is None else [folder, *linked_modules(folder)]

    @property
    def name(self) -> str:
        """The container's name: the run's labels and run_id, and a hash of its folder."""
        parts = (self.spec["problem"], self.spec["algorithm"], self.spec["backend"])
        labels = [part.get("name") or part["use"] for part in parts]
        seed = self.spec["seed"] if self.seeds is None else self.seeds
        words = [*labels, f"seed{seed}", self.out.name]
        clean = [re.sub(r"[^A-Za-z0-9_.]+", "-", word)[:40].strip("-") for word in words]
        return "-".join([self.host, *filter(None, clean)])

    @property
    def host(self) -> str:
        """The host name inside; different folders get different names."""
        return f"evosweep-{hashlib.sha256(str(self.out).encode()).hexdigest()[:6]}"


def command_prefix(container: EngineContainer) -> list[str]:
    """Return the words to put before `evosweep run ...`; [] if the config names no engine."""
    if container.engine == NONE:
        return []
    prefix = ["evosweep", "contain", "--engine", container.engine]
    prefix += ["--image", container.image] if container.image else []
    prefix += ["--memory", container.memory] if container.memory else []
    prefix += ["--network", container.network] if container.network != NONE else []
    return [*prefix, "--"]


def engine_command(container: EngineContainer, image: Image, run: ContainedRun) -> list[str]:
    """Return the argv of the engine; raises InputError for folders that cannot be mounted."""
    for folder in (Path.cwd(), run.out, run.import_path):
        if folder is not None:
            check_mountable(folder)
    build = _apptainer if container.engine == "apptainer" else _docker
    return [*build(container, image, run), *run.command]


def _docker(container: EngineContainer, image: Image, run: ContainedRun) -> Iterator[str]:
    yield from (container.engine, "run", "--rm", "--init", "--interactive", "--pull", "never")
    # SCOOP resolves the name of its own host, which needs this option without a network.
    yield from ("--name", run.name, "--hostname", run.host, "--add-host", f"{run.host}:127.0.0.1")
    yield from ("--user", f"{os.getuid()}:{os.getgid()}")
    if container.engine == "podman" and os.getuid() != 0:
        yield from ("--userns", "keep-id")
    yield from ("--read-only", "--tmpfs", "/tmp:rw,nosuid,nodev,mode=1777")
    yield from ("--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    yield from ("--network", container.network)
    yield from ("--cpus", str(min(run.workers, available_cpus())))
    if container.memory:
        yield from ("--memory", container.memory)
    yield from ("--shm-size", _SHARED_MEMORY)
    for name, value in _environment(image).items():
        yield from ("--env", f"{name}={value}")
    for shown in run.code:
        yield from ("--mount", f"type=bind,source={shown},target={shown},readonly")
    yield from ("--mount", f"type=bind,source={run.out},target={run.out}")
    if not _is_shown(Path.cwd(), run):  # podman needs an existing working folder
        yield from ("--tmpfs", f"{Path.cwd()}:ro,mode=755")
    yield from ("--workdir", str(Path.cwd()))
    yield from _own_options()
    yield from ("--entrypoint", _INSIDE[0], image.name, *_INSIDE[1:])


def _apptainer(container: EngineContainer, image: Image, run: ContainedRun) -> Iterator[str]:
    yield from ("apptainer", "--silent", "exec", "--containall", "--cleanenv", "--no-eval")
    yield from ("--drop-caps", "all")
    if container.network != "host":
        yield from ("--net", "--network", container.network)
    if container.memory:  # the batch system limits CPUs: few users may limit them themselves
        yield from ("--memory", container.memory)
    for name, value in _environment(image).items():
        yield from ("--env", f"{name}={value}")
    for shown in run.code:
        yield from ("--bind", f"{shown}:{shown}:ro")
    yield from ("--bind", f"{run.out}:{run.out}")
    yield from ("--pwd", str(Path.cwd()))
    yield from _own_options()
    yield from (image.name, *_INSIDE)


def _is_shown(folder: Path, run: ContainedRun) -> bool:
    """Return True if the folder exists inside: below a mounted folder, or above one."""
    mounts = (Path("/tmp"), run.out, *([run.import_path] if run.import_path else []))
    return any(folder.is_relative_to(m) or m.is_relative_to(folder) for m in mounts)


def _environment(image: Image) -> dict[str, str]:
    """Return the variables inside: BLAS threads (default 1), evosweep's own, and the image."""
    threads = {name: os.environ.get(name, "1") for name in THREAD_VARIABLES}
    ours = {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith("EVOSWEEP_") and name not in _STAYS_OUTSIDE
    }
    here = {"HOME": "/tmp", "EVOSWEEP_IMAGE": image.name, "EVOSWEEP_IMAGE_DIGEST": image.digest}
    return threads | ours | here


def _own_options() -> list[str]:
    """Return the options of this machine's engine, such as `--gpus all`, from the environment."""
    try:
        return shlex.split(os.environ.get(OPTIONS_VARIABLE, ""))
    except ValueError as error:
        raise InputError(f"{OPTIONS_VARIABLE}: {error}") from None
