"""Measure where the time went, and decide if parallel evaluation paid.

Speed-up is the wall time (with start-up) of the serial run of the same spec divided by that of the
parallel run; for several runs, it is the geometric mean. Efficiency is speed-up divided by workers.
Wall times vary from run to run. So a speed-up has an interval (Student's t on logarithms), and
parallel evaluation paid only if the whole interval is above 1. The break-even cost is the cost of
an evaluation at which both would take equally long. With N evaluations, w workers, a start-up that
takes S seconds longer than serial's, and an overhead of d seconds per evaluation (the time that
neither variation nor evaluation by all workers explains), it is c* = (S / N + d) / (1 - 1 / w).
Resumed runs are left out, since their clocks saw only a part.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evosweep.backends.table import REFERENCE
from evosweep.compare.read.labels import by_name
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study

CPU = ("evaluation_cpu", "parent_cpu")
PAID, SAME, LOST = "paid", "made no difference beyond noise", "did not pay"
TOO_FEW, TOO_SHORT = "has too few runs to tell", "ran too short to tell"
JUDGED = (PAID, SAME, LOST)
VERDICTS = (*JUDGED, TOO_FEW, TOO_SHORT)
NOISE = 1.1  # a smaller ratio of wall times counts as no difference
CONFIDENCE = 0.95  # confidence of a speed-up's interval
FEWEST_RATIOS = 3  # fewest runs for an interval
SHORTEST = 1.0  # seconds of a serial run; in shorter runs, start-up and chance dominate

PHASES = ("startup", "evaluation", "dispatch", "variation", "idle")


@dataclass(frozen=True)
class Timing:
    """Medians, in seconds, and counts of the runs of one configuration on one backend."""

    place: tuple[str, str, str]
    workers: int
    runs: int
    evaluations: float
    seconds: Mapping[str, float]
    extra_startup: float
    ratios: tuple[float, ...] = ()
    """The speed-ups of the single runs; none for a serial backend."""
    serial_total: float = 0.0
    """Median seconds of the serial runs, without start-up."""

    @property
    def speedup(self) -> float | None:
        """The geometric mean of the runs' speed-ups."""
        return float(np.exp(np.log(self.ratios).mean())) if self.ratios else None

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the speed-up; None below three runs."""
        from scipy.special import stdtrit

        if len(self.ratios) < FEWEST_RATIOS:
            return None
        logs = np.log(self.ratios)
        quantile = stdtrit(len(logs) - 1, (1 + CONFIDENCE) / 2)
        margin = quantile * logs.std(ddof=1) / np.sqrt(len(logs))
        return float(np.exp(logs.mean() - margin)), float(np.exp(logs.mean() + margin))

    @property
    def verdict(self) -> str | None:
        """The verdict on parallel evaluation, with regard to chance; None without a speed-up."""
        if self.speedup is None:
            return None
        if self.serial_total < SHORTEST:
            return TOO_SHORT
        if self.interval is None:
            return TOO_FEW
        low, high = self.interval
        if low > 1 and self.speedup >= NOISE:
            return PAID
        return LOST if high < 1 and self.speedup <= 1 / NOISE else SAME

    @property
    def wall(self) -> float:
        """Seconds from the start of the process to the end of the evolution."""
        return self.seconds["startup"] + self.seconds["total"]

    @property
    def cpu(self) -> float | None:
        """CPU seconds of all workers and the parent, without start-up; None if unknown."""
        if any(name not in self.seconds for name in CPU):
            return None
        return sum(self.seconds[name] for name in CPU)

    @property
    def cost(self) -> float:
        """Seconds that an evaluation takes on its worker."""
        return self.seconds["evaluation"] / max(self.evaluations, 1)

    @property
    def overhead(self) -> float:
        """Seconds per evaluation that neither variation nor evaluation by all workers explains."""
        ideal = self.seconds["variation"] + self.seconds["evaluation"] / self.workers
        return max(0.0, self.seconds["total"] - ideal) / max(self.evaluations, 1)

    @property
    def break_even(self) -> float | None:
        """The smallest cost of an evaluation, in seconds, at which these workers pay."""
        if self.workers < 2 or self.speedup is None:
            return None
        startup = max(0.0, self.extra_startup) / max(self.evaluations, 1)
        return (startup + self.overhead) / (1 - 1 / self.workers)


def _wall(run: Run) -> float:
    return float(run.timings["startup"] + run.timings["total"])


def speedup_of(study: Study, run: Run) -> float | None:
    """Return a run's speed-up against the serial run of its spec, if there is one."""
    if not _is_timed(run) or run.backend.get("use") == REFERENCE:
        return None
    serial = [r for r in study.by_spec[run.spec_id] if r.backend.get("use") == REFERENCE]
    usable = [r for r in serial if _is_timed(r)]
    return _wall(usable[0]) / _wall(run) if usable and _wall(run) > 0 else None


def measure(study: Study) -> tuple[list[Timing], int]:
    """Return the timings by configuration and backend, and the number of runs left out."""
    groups: dict[tuple[str, str, str], list[Run]] = defaultdict(list)
    usable = [run for run in study.runs if _is_timed(run)]
    for run in usable:
        groups[study.problem(run), study.algorithm(run), study.backend(run)].append(run)
    serial = {run.spec_id: run for run in usable if run.backend.get("use") == REFERENCE}
    timings = [_timing(key, groups[key], serial) for key in sorted(groups, key=by_name)]
    return timings, len(study.runs) - len(usable)


def _is_timed(run: Run) -> bool:
    """Return True if a run made all its evaluations itself, in one session, and knows the times."""
    if run.resumed or run.grown_from is not None:
        return False
    return all(run.timings.get(name) is not None for name in (*PHASES, "total"))


def _timing(place: tuple[str, str, str], runs: Sequence[Run], serial: Mapping[str, Run]) -> Timing:
    matched = [(serial[run.spec_id], run) for run in runs if run.spec_id in serial]
    matched = [] if runs[0].backend.get("use") == REFERENCE else matched
    ratios = [_wall(one) / _wall(run) for one, run in matched if _wall(run) > 0]
    startups = [run.timings["startup"] - one.timings["startup"] for one, run in matched]
    return Timing(
        place,
        runs[0].workers,
        runs=len(runs),
        evaluations=float(np.median([run.evaluations for run in runs])),
        seconds=_medians(runs),
        extra_startup=float(np.median(startups)) if startups else 0.0,
        ratios=tuple(ratios),
        serial_total=float(np.median([one.timings["total"] for one, _ in matched]))
        if matched
        else 0.0,
    )


def _medians(runs: Sequence[Run]) -> dict[str, float]:
    """Return median seconds by phase; CPU times only if all runs have them."""
    recorded = [name for name in CPU if all(name in run.timings for run in runs)]
    names = (*PHASES, "total", *recorded)
    return {name: float(np.median([run.timings[name] for run in runs])) for name in names}
