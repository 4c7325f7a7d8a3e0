"""The progress of an experiment as a block of a terminal, drawn by rich."""

from itertools import islice

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from evosweep.errors import printable
from evosweep.inventory.progress import GroupProgress, Progress
from evosweep.workflow.status_lines import cells, failure_lines, pace_of, running_line

_BAR = 36  # columns
_COLUMNS = (("problem", "left"), ("algorithm", "left"), ("done", "right"), ("failed", "right"),
            ("best", "right"))  # fmt: skip


def block(progress: Progress, height: int = 40, stage: str = "") -> RenderableType:
    """Return a bar, the table by problem and algorithm, and the current runs, in `height` lines.

    `stage` says what is done with the runs now, if anything.
    """
    running = [Text(f"  {running_line(each)}", style="cyan") for each in progress.running[:4]]
    failed = [Text(f"  {line}", style="red") for line in islice(failure_lines(progress.failed), 3)]
    room = max(height - len(running) - len(failed) - 6, 3)
    parts: list[RenderableType] = [_head(progress, stage), _table(progress, room)]
    if running:
        parts += [Text("running now", style="dim"), *running]
    return Group(*parts, *failed)


def _head(progress: Progress, stage: str) -> RenderableType:
    total = max(progress.asked, 1)
    line = Table.grid(padding=(0, 1))
    failed = f"{len(progress.failed):,} failed" if progress.failed else ""
    line.add_row(
        Text(printable(progress.folder.name), style="bold"),
        ProgressBar(total=total, completed=progress.done, width=_BAR),
        Text(f"{progress.done:,} of {progress.asked:,} runs"),
        Text(failed, style="bold red"),
        Text(stage or pace_of(progress), style="dim"),
    )
    return line


def _table(progress: Progress, rows: int) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title, side in _COLUMNS:
        table.add_column(title, justify="right" if side == "right" else "left", no_wrap=True)
    groups = list(progress.groups)
    shown = groups if len(groups) <= rows else _most_telling(groups, rows - 1)
    for group in shown:
        problem, algorithm, _, _, failed, _, best = cells(group)
        done = Text(f"{group.done:,}/{group.asked:,}", style=_style(group))
        table.add_row(Text(problem), Text(algorithm), done, Text(failed, style="red"), Text(best))
    if (more := len(groups) - len(shown)) > 0:
        table.add_row(Text(f"and {more:,} more", style="dim"))
    return table


def _style(group: GroupProgress) -> str:
    if group.done == group.asked:
        return "green"
    return "cyan" if group.running else ""


def _most_telling(groups: list[GroupProgress], rows: int) -> list[GroupProgress]:
    """Return at most `rows` groups; those with current or failed runs take precedence."""
    order = sorted(groups, key=lambda group: (not group.running, not group.failed, not group.done))
    chosen = {id(group) for group in order[:rows]}
    return [group for group in groups if id(group) in chosen]
