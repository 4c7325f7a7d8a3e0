"""Start a run from a shorter one that differs from it only in its number of generations.

The horizon bounds a run: a parameter of its algorithm, and the budgets of its stop condition. The
longer run repeats selection and variation from its seed, as a resumed run does, and takes the
evaluations from the shorter run's journal. Some algorithms act differently in their first
generations if they have more of them. Then genomes, or the digest of the last common generation,
differ, and the longer run starts from nothing.
"""

import hashlib
import json
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evosweep.config.spec import RunSpec
from evosweep.errors import EvosweepError
from evosweep.genomes.deap_types import Population
from evosweep.machine import environment
from evosweep.machine.fingerprint import differences
from evosweep.plugins.horizon import horizon_of
from evosweep.plugins.loading import load_algorithm
from evosweep.records import horizons, tables
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Journal
from evosweep.records.reading import read_record
from evosweep.records.record import Record
from evosweep.run.statistics import AfterGeneration, LogbookRow

_BUDGETS = ("evaluations", "seconds")


class NotExtended(UserWarning):
    """There is a shorter run, but the longer one must start from nothing."""


class Diverged(BaseException):
    """The last common generation of a run and of the shorter run differs.

    Like KeyboardInterrupt it is no `Exception`, so that no algorithm catches it as an error.
    """


@dataclass(frozen=True)
class Family:
    """All runs that differ only in their horizon."""

    name: str
    horizon: str | None
    """Name of the parameter that bounds the algorithm, if it has one."""
    default: object
    """Default of this parameter."""

    @classmethod
    def of(cls, spec: RunSpec) -> "Family":
        """Return the family of a run; raises `InputError` if the algorithm cannot be imported."""
        horizon, default = horizon_of(load_algorithm(spec.algorithm.use, spec.import_path))
        algorithm = spec.algorithm.model_dump(exclude={"name"}, exclude_defaults=True)
        algorithm["params"] = _without(spec.algorithm.params, horizon)
        algorithm["stop"] = _without(algorithm.get("stop", {}), *_BUDGETS)
        parts = (spec.problem.canonical, algorithm, spec.backend.canonical, spec.seed)
        text = json.dumps([*parts, spec.sources, horizon], sort_keys=True)
        return cls(hashlib.sha256(text.encode()).hexdigest()[:12], horizon, default)

    def bounds(self, algorithm: Mapping[str, object]) -> tuple[float, ...]:
        """Return the bounds of a run of the family: its horizon and its stop budgets."""
        own = _value(algorithm, "params", self.horizon, self.default) if self.horizon else math.inf
        budgets = (_value(algorithm, "stop", name, math.inf) for name in _BUDGETS)
        return tuple(map(_number, (own, *budgets)))


def origin_of(spec: RunSpec, folder: RunFolder, family: Family) -> RunFolder | None:
    """Return the longest finished shorter run of its family whose evaluations a run can take.

    Warns `NotExtended` if there are shorter runs but none can be used.
    """
    far = family.bounds(spec.document["algorithm"])
    shorter = [
        (record.evaluations, other, record)
        for other, record in _finished(folder, family)
        if _is_shorter(family.bounds(record.spec["algorithm"]), far)
    ]
    reasons = []
    for _, other, record in sorted(shorter, key=lambda each: each[0], reverse=True):
        reason = _objection(record)
        if not reason:
            return other
        reasons.append(f"run {record.run_id} {reason}")
    if reasons:
        tell(spec, reasons[0])
    return None


def tell(spec: RunSpec, reason: str) -> None:
    """Warn that a run starts from nothing although there is a shorter one."""
    message = f"run {spec.run_id} starts from nothing: {reason}"
    warnings.warn(message, NotExtended, stacklevel=2)


def note(folder: RunFolder, family: Family) -> None:
    """Let longer runs of its family find this finished run."""
    horizons.note(folder, family.name)


def compared(after: AfterGeneration, journal: Journal) -> AfterGeneration:
    """Return `after` with a check: it raises `Diverged` if the last common generation differs."""
    grown_from, folder = journal.grown_from, RunFolder(journal.path.parent)
    last = None if grown_from is None else _last_generation(folder, grown_from)
    if last is None:
        return after
    (row, digest), count = last, iter(range(2**63))

    def compare(population: Population, logbook_row: LogbookRow) -> None:
        if next(count) == row and logbook_row["digest"] != digest:
            raise Diverged(f"its generation {row} is not that of run {grown_from}")
        after(population, logbook_row)

    return compare


def _last_generation(folder: RunFolder, run_id: str) -> tuple[int, str] | None:
    """Return number and digest of the last generation of another run; None if the run is gone."""
    other = horizons.beside(folder, run_id)
    try:
        digests = [] if other is None else _digests(other, read_record(other))
    except (EvosweepError, OSError):
        return None
    return (len(digests) - 1, digests[-1]) if digests else None


def _digests(folder: RunFolder, record: Record) -> list[str]:
    rows = tables.logbook_rows(record.evaluations, record.generations)
    return [str(each) for each in tables.read_columns(folder.logbook, rows, ["digest"])["digest"]]


def _finished(folder: RunFolder, family: Family) -> Iterator[tuple[RunFolder, Record]]:
    for other in horizons.relatives(folder, family.name):
        try:
            yield other, read_record(other)
        except (EvosweepError, OSError):  # damaged or under way: ignore it
            continue


def _is_shorter(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine <= far for mine, far in zip(one, other, strict=True))


def _objection(record: Record) -> str:
    """Return why the evaluations of a shorter run cannot be used; empty if they can."""
    if record.mixed:
        return "was made in several environments"
    here = environment.describe()
    for there in record.environments or (record.environment,):
        if differing := differences(dict(there), here):
            return f"was made with {'; '.join(differing)}: last bits may differ"
    return ""


def _value(algorithm: Mapping[str, object], part: str, name: str, default: object) -> object:
    values = algorithm.get(part)
    return values.get(name, default) if isinstance(values, Mapping) else default


def _without(values: Mapping[str, object], *names: str | None) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in names}


def _number(value: object) -> float:
    """Return a bound as a number; NaN, which compares with nothing, for any other value."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return math.nan
