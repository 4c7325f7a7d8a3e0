"""The progress of an experiment in lines of text: for logs, pipes, and the end of a call."""

from collections.abc import Iterator, Sequence

from evosweep.config.grid import ranges
from evosweep.errors import printable, shortened
from evosweep.inventory.progress import FailedRun, GroupProgress, Progress, RunningRun

HEADINGS = ("problem", "algorithm", "done", "running", "failed", "waiting", "best")
_MOST_RUNNING = 20
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def span(seconds: float) -> str:
    """Return a readable time in at most two units: `40 s`, `3 min`, `2 h 5 min`."""
    rest, words = max(round(seconds), 0), []
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words[:2]) or "0 s"


def head(progress: Progress) -> str:
    """Return the experiment in one line: the numbers of runs that are done, running and failed."""
    counts = [f"{progress.done:,} of {progress.asked:,} runs are done"]
    if progress.failed:
        counts.append(f"{len(progress.failed):,} failed")
    if progress.running:
        counts.append(f"{len(progress.running):,} running")
    if pace := pace_of(progress):
        counts.append(pace)
    return f"{printable(progress.folder.name)}: {', '.join(counts)}"


def pace_of(progress: Progress) -> str:
    """Return runs per hour and the time that is left; empty if both are unknown."""
    words = []
    if progress.per_hour is not None and progress.running:
        words.append(f"{progress.per_hour:,.0f} an hour")
    if progress.seconds_left is not None:
        words.append(f"about {span(progress.seconds_left)} left")
    return ", ".join(words)


def value(best: Sequence[float], several: str = "several") -> str:
    """Return a readable best result, or `several` if there are several objectives."""
    if not best:
        return ""
    return f"{best[0]:.5g}" if len(best) == 1 else several


def cells(group: GroupProgress) -> tuple[str, ...]:
    """Return a row for a problem and an algorithm, under `HEADINGS`."""
    counts = (group.done, group.running, group.failed, group.waiting)
    shown = (printable(group.problem), printable(group.algorithm))
    return (*shown, *(f"{count:,}" if count else "" for count in counts), value(group.best))


def table(progress: Progress) -> Iterator[str]:
    """Yield the counts by problem and algorithm as aligned lines."""
    rows = [HEADINGS, *(cells(group) for group in progress.groups)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    for row in rows:
        left = (text.ljust(width) for text, width in zip(row[:2], widths[:2], strict=True))
        right = (text.rjust(width) for text, width in zip(row[2:], widths[2:], strict=True))
        yield "  ".join([*left, *right]).rstrip()


def stage_lines(progress: Progress) -> Iterator[str]:
    """Yield a line for each problem whose seeds come in stages: how far they have come."""
    for problem, reached in progress.stages.items():
        most = reached.looks[-1]
        if reached.is_decided:
            text = f"enough after {reached.seeds} of at most {most} seeds"
        else:
            stage = f"stage {reached.stage} of {len(reached.looks)}"
            text = f"{stage}, {reached.seeds} of at most {most} seeds"
        yield printable(f"{problem}: {text}")


def running_line(each: RunningRun) -> str:
    """Return a line on a run under way: its progress and its speed."""
    run = each.run
    where = f"{run.problem} {run.algorithm} {run.backend} seed {run.seed}"
    if each.generation < 0:
        return printable(f"{where}: starting")
    best = f", best {value(each.best)}" if len(each.best) == 1 else ""
    return printable(
        f"{where}: generation {each.generation}{best}, {each.per_second:,.0f} evaluations/s"
    )


def running_lines(progress: Progress) -> Iterator[str]:
    """Yield a line for each run that is under way, up to twenty."""
    for each in progress.running[:_MOST_RUNNING]:
        yield running_line(each)
    if (more := len(progress.running) - _MOST_RUNNING) > 0:
        yield f"and {more:,} more"


def failure_lines(failed: Sequence[FailedRun], most: int = 20) -> Iterator[str]:
    """Yield one line for each error of a problem and an algorithm, with one of its files."""
    groups: dict[tuple[str, str, str], list[FailedRun]] = {}
    for each in failed:
        groups.setdefault((each.run.problem, each.run.algorithm, each.error), []).append(each)
    for (problem, algorithm, error), runs in list(groups.items())[:most]:
        seeds = sorted({each.run.seed for each in runs})
        shown = shortened(",".join(ranges(seeds)))
        where = f"{problem} {algorithm} seed{'s' if len(seeds) > 1 else ''} {shown}"
        yield printable(f"failed: {where}: {error} ({runs[0].file})")
    if (more := len(groups) - most) > 0:
        yield f"and {more:,} more kinds of failure: evosweep status"
