"""Pack the runs of a grid into jobs: a job is a list of runs that one process performs in turn."""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from evosweep.config.grid import ranges
from evosweep.config.spec import RunSpec
from evosweep.plugins.sources import builtins
from evosweep.workflow.share import partition

ENOUGH = 20.0
"""Seconds of a job: long enough that the start of its process does not matter."""
ENOUGH_ELSEWHERE = 300.0
"""The same for jobs of a batch system, which start more slowly and load its controller."""

_FORKED = ("serial", "pool")
"""Backends that can start in a forked child of the process that prepares a job."""

Estimate = Callable[[RunSpec], float | None]
"""A function that estimates the seconds of a run with all workers busy, or returns None."""


@dataclass(frozen=True)
class Planned:
    """A run of the grid, with the label of its combination."""

    run: RunSpec
    label: str


@dataclass(frozen=True)
class Job:
    """The work of one process: runs that share a backend and its workers, in turn."""

    planned: tuple[Planned, ...]
    apart: bool = False
    """True if each run gets a process of its own, since its code may keep state for the next
    run."""

    @property
    def runs(self) -> list[RunSpec]:
        """Its runs, in order."""
        return [each.run for each in self.planned]

    @cached_property
    def name(self) -> str:
        """Its run_id; for several runs, a digest of their run_ids, 12 hexadecimal digits."""
        names = [run.run_id for run in self.runs]
        if len(names) == 1:
            return names[0]
        return hashlib.sha256(" ".join(names).encode()).hexdigest()[:12]

    @property
    def kind(self) -> str:
        """The rule of the job: `run` for one run, `batch` for several."""
        return "run" if len(self.planned) == 1 else "batch"

    @property
    def workers(self) -> int:
        """Number of cores that it uses."""
        return self.planned[0].run.backend.workers

    @property
    def label(self) -> str:
        """Problem, algorithm, backend and seeds; or the number of its configurations."""
        labels = list(dict.fromkeys(each.label for each in self.planned))
        if len(labels) > 1:
            where = self.planned[0].run.backend
            return f"{len(self.planned)} runs of {len(labels)} configurations, {where.name}"
        return f"{labels[0]} seed{'s' if len(self.planned) > 1 else ''} {self._seeds}"

    @cached_property
    def spec(self) -> str:
        """The value of `evosweep run --spec`: a spec, or a list of specs."""
        runs = self.runs if self._is_mixed else self.runs[:1]
        dicts = [run.to_dict() for run in runs]
        return json.dumps(dicts if self._is_mixed else dicts[0], separators=(",", ":"))

    @property
    def options(self) -> list[str]:
        """Further options of `evosweep run`: the seeds, if runs differ only in them."""
        if len(self.planned) == 1:
            return []
        seeds = [] if self._is_mixed else ["--seeds", self._seeds]
        return [*seeds, *(["--apart"] if self.apart else [])]

    @property
    def out(self) -> str:
        """Its folder among the runs: the run's own, or that of all if there are several."""
        return self.name if len(self.planned) == 1 else "."

    @property
    def _is_mixed(self) -> bool:
        return len({configuration(run) for run in self.runs}) > 1

    @property
    def _seeds(self) -> str:
        return ",".join(ranges([run.seed for run in self.runs]))


def configuration(run: RunSpec) -> tuple[str, str, str]:
    """Return everything that decides a run except its seed."""
    return run.problem.canonical, run.algorithm.canonical, run.backend.canonical


def code(run: RunSpec) -> tuple[str, ...]:
    """Return the functions of a run that are not evosweep's own; () if all are.

    Such modules may keep state from one run to the next, or create classes under names that other
    modules use.
    """
    own = [
        use
        for kind, use in run.functions.items()
        if use not in builtins(kind) and not use.startswith(("evosweep.", "deap."))
    ]
    return (run.import_path, *own) if own else ()


def pack(
    planned: Iterable[Planned],
    size: int | str,
    *,
    cores: int,
    estimate: Estimate,
    alone: bool,
    enough: float = ENOUGH,
) -> Iterator[Job]:
    """Yield jobs that contain these runs.

    Parameters
    ----------
    size
        Most seeds of a configuration in a job. `auto` packs any runs that share a backend into jobs
        of about `enough` seconds, but makes at least enough jobs to keep all cores busy.
    cores
        Number of cores.
    enough
        The seconds of a job.
    estimate
        Estimates the seconds of a run. A run without an estimate gets a job of its own.
    alone
        True if a job may only hold seeds of one configuration, as in a container.
    """
    for group in _groups(planned, alone=alone):
        if isinstance(size, int):
            yield from _by_number(group, size)
        else:
            yield from _by_time(group, estimate, cores=cores, enough=enough)


def _groups(planned: Iterable[Planned], *, alone: bool) -> Iterator[list[Planned]]:
    """Yield groups of runs that may share a process."""
    groups: dict[tuple[object, ...], list[Planned]] = {}
    for each in planned:
        key = configuration(each.run) if alone else (each.run.backend.canonical, code(each.run))
        groups.setdefault(key, []).append(each)
    yield from groups.values()


def _by_number(group: list[Planned], size: int) -> Iterator[Job]:
    """Yield jobs of at most `size` seeds of one configuration."""
    by_configuration: dict[object, list[Planned]] = {}
    for each in group:
        by_configuration.setdefault(configuration(each.run), []).append(each)
    for runs in by_configuration.values():
        yield from _cut(runs, size)


def _cut(runs: Sequence[Planned], size: int) -> Iterator[Job]:
    rest = iter(runs)
    while part := tuple(islice(rest, size)):
        yield Job(part)


def _by_time(
    group: list[Planned], estimate: Estimate, *, cores: int, enough: float
) -> Iterator[Job]:
    first = group[0].run
    apart = bool(code(first))
    alone = apart and first.backend.use not in _FORKED
    seconds = [(each, None if alone else estimate(each.run)) for each in group]
    yield from (Job((each,)) for each, value in seconds if value is None)
    estimated = [(value, each) for each, value in seconds if value is not None]
    if not estimated:
        return
    slots = max(1, cores // first.backend.workers)
    wanted = max(slots, math.ceil(sum(value for value, _ in estimated) / enough))
    bins = _balanced(estimated, min(wanted, len(estimated)))
    yield from (Job(tuple(runs), apart) for runs in bins)


def _balanced(estimated: list[tuple[float, Planned]], count: int) -> list[list[Planned]]:
    """Return `count` lists of runs of about equal time, each in the order of the grid."""
    parts: list[list[Planned]] = [[] for _ in range(count)]
    for number, (_, each) in zip(
        partition([c for c, _ in estimated], count), estimated, strict=True
    ):
        parts[number - 1].append(each)
    return [part for part in parts if part]
