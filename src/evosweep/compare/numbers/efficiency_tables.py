"""Times, speed-up and efficiency as a table, and in plain words."""

from collections.abc import Mapping, Sequence

from evosweep.compare.numbers.efficiency import JUDGED, PHASES, VERDICTS, Timing
from evosweep.compare.numbers.table import Column, Row, Table, show
from evosweep.compare.numbers.words import some

MOST_NAMED = 4  # most problems that a sentence names; it counts more

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
    Column("speedup_low", "speed-up, lower", "×", 3),
    Column("speedup_high", "speed-up, upper", "×", 3),
    Column("serial_seconds", "serial run", "s", 3),
    Column("efficiency", "efficiency", "", 3),
    Column("break_even", "break-even cost", "µs", 3),
    Column("paid", "parallel evaluation"),
)


def efficiency_table(timings: Sequence[Timing]) -> Table:
    """Return a row with times and speed-up for each problem, algorithm and backend."""
    note = (
        "Medians over the runs. Evaluation and idle are summed over all workers; CPU time is that "
        "of the parent and all workers, start-up left out. Speed-up is against the serial runs "
        "with the same specs."
    )
    return Table(
        "efficiency", "Time and efficiency", COLUMNS, [_row(t) for t in timings], note=note
    )


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
        "speedup_low": timing.interval[0] if timing.interval else None,
        "speedup_high": timing.interval[1] if timing.interval else None,
        "serial_seconds": timing.serial_total if timing.ratios else None,
        "paid": timing.verdict,
    }
    return row | {phase: timing.seconds[phase] for phase in PHASES}


def advice(timings: Sequence[Timing]) -> list[str]:
    """Return a sentence on each parallel backend: the problems on which it paid, and reasons."""
    backends = sorted({t.place[2] for t in timings if t.workers > 1})
    return [_advise(name, [t for t in timings if t.place[2] == name]) for name in backends]


def _advise(backend: str, timings: Sequence[Timing]) -> str:
    measured = [timing for timing in timings if timing.verdict is not None]
    if not measured:
        return f"{backend}: no serial run has the same spec, so its speed-up is unknown."
    groups = {
        verdict: [timing for timing in measured if timing.verdict == verdict]
        for verdict in VERDICTS
    }
    if not any(groups[verdict] for verdict in JUDGED):
        return f"{backend} {_unsure(groups)} whether it pays. {_break_even(measured)}"
    parts = [
        f"{verdict} on {_places(members, measured)}"
        for verdict, members in groups.items()
        if members
    ]
    return f"{backend} {'; it '.join(parts)}. {_break_even(measured)}"


def _unsure(groups: Mapping[str, Sequence[Timing]]) -> str:
    """Return why nothing can be told on any configuration; the table has their speed-ups."""
    reasons = [verdict for verdict, members in groups.items() if members]
    return reasons[0] if len(reasons) == 1 else "has too few runs, or too short ones, to tell"


def _places(timings: Sequence[Timing], every: Sequence[Timing]) -> str:
    """Return the problems of a verdict, or problem and algorithm if it does not hold for all."""
    speedup = f" ({_speedups(timings)})"
    names = []
    for problem in dict.fromkeys(timing.place[0] for timing in timings):
        algorithms = [timing.place[1] for timing in timings if timing.place[0] == problem]
        whole = len(algorithms) == sum(timing.place[0] == problem for timing in every)
        names.append(problem if whole else f"{problem} with {some(algorithms, 'algorithm')}")
    if len(names) <= MOST_NAMED:
        return f"{', '.join(names)}{speedup}"
    return f"{len(timings)} of {len(every)} configurations{speedup}"


def _speedups(timings: Sequence[Timing]) -> str:
    """Return the speed-ups, and the bounds of all their intervals."""
    low, high = (show(pick(t.speedup or 0.0 for t in timings), 2) for pick in (min, max))
    text = f"speed-up {low if low == high else f'{low} to {high}'}"
    intervals = [timing.interval for timing in timings if timing.interval is not None]
    if len(intervals) < len(timings) or timings[0].verdict not in JUDGED:
        return text
    least, most = min(bounds[0] for bounds in intervals), max(bounds[1] for bounds in intervals)
    word = "interval" if len(intervals) == 1 else "intervals within"
    return f"{text}, 95 % {word} {show(least, 2)} to {show(most, 2)}"


def _break_even(timings: Sequence[Timing]) -> str:
    costs = sorted(t.break_even or 0.0 for t in timings)
    actual = sorted(t.cost for t in timings)
    return f"It breaks even at {_span(costs)} an evaluation; here one takes {_span(actual)}."


def _span(values: Sequence[float]) -> str:
    low, high = duration(values[0]), duration(values[-1])
    return low if low == high else f"{low} to {high}"


def duration(seconds: float) -> str:
    """Return a time with a suitable unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
