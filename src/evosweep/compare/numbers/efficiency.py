"""Where the time went, and whether parallel evaluation paid.

Speed-up is the wall time (start-up included) of the serial run of the same spec divided by that of
the parallel run; efficiency is speed-up by workers. The break-even cost of an evaluation is where
both would take equally long: with N evaluations, w workers, a start-up that takes S seconds longer
than serial's and an overhead of d seconds an evaluation (all that neither variation nor evaluation
by every worker explains), c* = (S / N + d) / (1 - 1 / w). Runs that were resumed are left out:
their clocks saw a part only.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evosweep.backends.table import REFERENCE
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.read.labels import by_name
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study

CPU = ("evaluation_cpu", "parent_cpu")
PHASES = ("startup", "evaluation", "dispatch", "variation", "idle")

COLUMNS = (
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("backend", "backend"),
    Column("workers", "workers"),
    Column("runs", "runs"),
    Column("wall", "wall time", "s", 3),
    Column("cpu", "CPU time", "s", 3),
    Column("evaluation_cpu", "CPU time of evaluation", "s", 3),
    *(Column(phase, phase.replace("startup", "start-up"), "s", 3) for phase in PHASES),
    Column("cost", "cost of an evaluation", "µs", 3),
    Column("overhead", "overhead of an evaluation", "µs", 3),
    Column("speedup", "speed-up", "×", 3),
    Column("efficiency", "efficiency", "", 3),
    Column("break_even", "break-even cost", "µs", 3),
    Column("paid", "parallel evaluation"),
)


@dataclass(frozen=True)
class Timing:
    """Medians over the runs of one configuration on one backend; seconds, and counts."""

    place: tuple[str, str, str]
    workers: int
    runs: int
    evaluations: float
    seconds: Mapping[str, float]
    speedup: float | None
    extra_startup: float

    @property
    def wall(self) -> float:
        """Seconds from the start of the process to the end of the evolution."""
        return self.seconds["startup"] + self.seconds["total"]

    @property
    def cpu(self) -> float | None:
        """CPU seconds of all workers and the parent, start-up left out; None where unknown."""
        if any(name not in self.seconds for name in CPU):
            return None
        return sum(self.seconds[name] for name in CPU)

    @property
    def cost(self) -> float:
        """Seconds that an evaluation takes on its worker."""
        return self.seconds["evaluation"] / max(self.evaluations, 1)

    @property
    def overhead(self) -> float:
        """Seconds an evaluation that neither variation nor evaluation by all workers explains."""
        ideal = self.seconds["variation"] + self.seconds["evaluation"] / self.workers
        return max(0.0, self.seconds["total"] - ideal) / max(self.evaluations, 1)

    @property
    def break_even(self) -> float | None:
        """The cost of an evaluation, in seconds, from which on these workers pay."""
        if self.workers < 2 or self.speedup is None:
            return None
        startup = max(0.0, self.extra_startup) / max(self.evaluations, 1)
        return (startup + self.overhead) / (1 - 1 / self.workers)


def _wall(run: Run) -> float:
    return float(run.timings["startup"] + run.timings["total"])


def speedup_of(study: Study, run: Run) -> float | None:
    """One run's speed-up against the serial run of its spec; None where there is none to be had."""
    if run.resumed or not _complete(run) or run.backend.get("use") == REFERENCE:
        return None
    serial = [r for r in study.by_spec[run.spec_id] if r.backend.get("use") == REFERENCE]
    usable = [r for r in serial if not r.resumed and _complete(r)]
    return _wall(usable[0]) / _wall(run) if usable and _wall(run) > 0 else None


def measure(study: Study) -> tuple[list[Timing], int]:
    """The timings of every configuration on every backend, and how many runs were left out."""
    groups: dict[tuple[str, str, str], list[Run]] = defaultdict(list)
    usable = [run for run in study.runs if not run.resumed and _complete(run)]
    for run in usable:
        groups[study.problem(run), study.algorithm(run), study.backend(run)].append(run)
    serial = {run.spec_id: run for run in usable if run.backend.get("use") == REFERENCE}
    timings = [_timing(key, groups[key], serial) for key in sorted(groups, key=by_name)]
    return timings, len(study.runs) - len(usable)


def _complete(run: Run) -> bool:
    return all(run.timings.get(name) is not None for name in (*PHASES, "total"))


def _timing(place: tuple[str, str, str], runs: Sequence[Run], serial: Mapping[str, Run]) -> Timing:
    matched = [(serial[run.spec_id], run) for run in runs if run.spec_id in serial]
    matched = [] if runs[0].backend.get("use") == REFERENCE else matched
    ratios = [_wall(one) / _wall(run) for one, run in matched if _wall(run) > 0]
    startups = [run.timings["startup"] - one.timings["startup"] for one, run in matched]
    return Timing(
        place,
        runs[0].workers,
        len(runs),
        float(np.median([run.evaluations for run in runs])),
        _medians(runs),
        float(np.median(ratios)) if ratios else None,
        float(np.median(startups)) if startups else 0.0,
    )


def _medians(runs: Sequence[Run]) -> dict[str, float]:
    """Median seconds by phase; CPU times only where every run knows them."""
    known = [name for name in CPU if all(name in run.timings for run in runs)]
    names = (*PHASES, "total", *known)
    return {name: float(np.median([run.timings[name] for run in runs])) for name in names}


def efficiency_table(timings: Sequence[Timing]) -> Table:
    """A row for each problem, algorithm and backend: seconds by phase, speed-up and efficiency."""
    note = (
        "Medians over the runs. Evaluation and idle are summed over all workers; CPU time is that "
        "of the parent and all workers, start-up left out. Speed-up is against the serial runs "
        "with the same specs."
    )
    return Table("efficiency", "Time and efficiency", COLUMNS, [_row(t) for t in timings], note)


def _row(timing: Timing) -> Row:
    row: dict[str, str | int | float | bool | None] = {
        "problem": timing.place[0],
        "algorithm": timing.place[1],
        "backend": timing.place[2],
        "workers": timing.workers,
        "runs": timing.runs,
        "wall": timing.wall,
        "cpu": timing.cpu,
        "evaluation_cpu": timing.seconds.get("evaluation_cpu"),
        "cost": timing.cost * 1e6,
        "overhead": timing.overhead * 1e6,
        "speedup": timing.speedup,
        "efficiency": None if timing.speedup is None else timing.speedup / timing.workers,
        "break_even": None if timing.break_even is None else timing.break_even * 1e6,
        "paid": None if timing.speedup is None else _verdict(timing.speedup),
    }
    return row | {phase: timing.seconds[phase] for phase in PHASES}


def advice(timings: Sequence[Timing]) -> list[str]:
    """A sentence for each parallel backend: where it paid, where it did not, and why."""
    backends = sorted({t.place[2] for t in timings if t.workers > 1})
    return [_advise(name, [t for t in timings if t.place[2] == name]) for name in backends]


def _advise(backend: str, timings: Sequence[Timing]) -> str:
    known = [t for t in timings if t.speedup is not None]
    if not known:
        return f"{backend}: no serial run has the same spec, so its speed-up is unknown."
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for problem in dict.fromkeys(t.place[0] for t in known):
        speedup = float(np.median([t.speedup for t in known if t.place[0] == problem]))
        found[_verdict(speedup)].append((problem, speedup))
    parts = [f"{verdict} on {_places(found[verdict])}" for verdict in VERDICTS if verdict in found]
    return f"{backend} {'; it '.join(parts)}. {_break_even(known)}"


VERDICTS = ("paid", "made no difference", "did not pay")
NOISE = 1.1  # a ratio of wall times below this is no difference


def _verdict(speedup: float) -> str:
    if speedup >= NOISE:
        return VERDICTS[0]
    return VERDICTS[1] if speedup > 1 / NOISE else VERDICTS[2]


def _places(found: Sequence[tuple[str, float]]) -> str:
    names = ", ".join(name for name, _ in found)
    names = names if len(found) < 5 else f"{len(found)} problems"
    low, high = (show(pick(ratio for _, ratio in found), 2) for pick in (min, max))
    return f"{names} (speed-up {low if low == high else f'{low} to {high}'})"


def _break_even(timings: Sequence[Timing]) -> str:
    costs = sorted(t.break_even or 0.0 for t in timings)
    actual = sorted(t.cost for t in timings)
    return f"It breaks even at {_span(costs)} an evaluation; here one takes {_span(actual)}."


def _span(values: Sequence[float]) -> str:
    low, high = duration(values[0]), duration(values[-1])
    return low if low == high else f"{low} to {high}"


def duration(seconds: float) -> str:
    """A time with a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
