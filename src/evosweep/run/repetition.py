"""Repeat a run from its receipt. A receipt is data: it names code, but contains none.

evosweep's and DEAP's own functions are used as they are installed here, without an import path. Any
other function is foreign code. So the user who repeats the run must say where it lies and that it
may run; the import path in the receipt is never used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evosweep.config.spec import BackendSpec, RunSpec
from evosweep.errors import InputError
from evosweep.machine import environment, fingerprint
from evosweep.machine.cpus import available_cpus
from evosweep.plugins import search, sources
from evosweep.records.record import Record
from evosweep.run.early_stop import repeatable

_OWN = ("evosweep", "deap")


@dataclass(frozen=True)
class ForeignCode:
    """A function that is neither evosweep's nor DEAP's, and its place on this machine."""

    kind: str
    use: str
    path: Path
    digest: str
    recorded: str
    """The digest of its source in the receipt; empty if the receipt has none."""

    def __str__(self) -> str:
        if self.digest == self.recorded:
            same = "as in the receipt"
        elif self.recorded:
            same = f"and the receipt has {self.recorded[:12]}: it is not the code of that run"
        else:
            same = "and the receipt has none"
        return f"{self.kind} {self.use} in {self.path}, digest {self.digest[:12]}, {same}"


def spec_of(record: Record, import_path: str) -> RunSpec:
    """Return the spec that repeats a record on this machine, with the user's import path.

    It has at most as many workers as this machine has CPUs, and names no hosts or scheduler, which
    belong to the author of the receipt. Raises `InputError` if the run cannot be repeated here.
    """
    spec = repeatable(record)
    elsewhere = BackendSpec.nameless - {"name"}
    backend = {key: value for key, value in spec["backend"].items() if key not in elsewhere}
    backend["workers"] = min(backend.get("workers", 1), max(available_cpus(), 1))
    return RunSpec.parse({**spec, "backend": backend, "import_path": import_path})


def foreign_code(record: Record, spec: RunSpec) -> list[ForeignCode]:
    """Return the functions of a spec that the user must trust first; it imports none of them."""
    named = {"problem": spec.problem.use, "algorithm": spec.algorithm.use}
    if spec.algorithm.callback:
        named["callback"] = spec.algorithm.callback
    if spec.backend.executor:
        named["executor"] = spec.backend.executor
    return [
        _foreign(kind, use, record, spec.import_path)
        for kind, use in named.items()
        if not _is_own(kind, use)
    ]


def _is_own(kind: str, use: str) -> bool:
    if use in sources.builtins(kind):
        return True
    if use.partition(".")[0] not in _OWN:
        return False
    source, _ = sources.locate(kind, use, "")
    return search.is_installed(source) or source.module.startswith("evosweep.")


def _foreign(kind: str, use: str, record: Record, import_path: str) -> ForeignCode:
    try:
        source, _ = sources.locate(kind, use, import_path)
        digest = sources.digest(kind, use, import_path)
    except InputError as error:
        if import_path:
            raise
        raise InputError(
            f"{kind} {use}: {error}; say where its module lies with --import-path FOLDER (the "
            "receipt's own import path is not used)"
        ) from None
    recorded = record.sources.get(kind, "")
    return ForeignCode(kind, use, path=source.path, digest=digest, recorded=recorded)


def differences_of_circumstances(record: Record, spec: RunSpec) -> Iterator[str]:
    """Yield what has changed since the run: sources, versions, platform, processor."""
    then: Mapping[str, Any] = record.environment
    now = environment.describe()
    for part, digest in record.sources.items():
        if spec.sources.get(part) != digest:
            yield f"the source of the {part} is not that of the record: it was edited since"
    for name in ("python", "machine", "cpu", "platform"):
        if then.get(name) != now.get(name):
            yield f"{name} was {then.get(name)}, and is {now.get(name)}"
    if record.mixed:
        yield "it was resumed in another environment (--mixed): no single environment repeats it"
    for part in fingerprint.differences(then, now):
        if not part.startswith(("Python", "machine", "NumPy", "evosweep")):  # other lines tell them
            yield f"last bits may differ: {part}"
    for package, version in (then.get("packages") or {}).items():
        if now["packages"].get(package) != version:
            yield f"{package} was {version}, and is {now['packages'].get(package, 'not installed')}"
    if spec.backend.workers < record.workers:
        here = spec.backend.workers
        yield f"{record.workers} workers were used; this machine has CPUs for {here}"
