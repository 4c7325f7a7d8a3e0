"""Report the end of a call of Snakemake in about ten lines."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from evosweep.errors import EvosweepError, InputError, printable, printable_lines
from evosweep.files.opening import read_bytes
from evosweep.inventory.progress import Observer
from evosweep.workflow import status_lines
from evosweep.workflow.current_call import ThisCall
from evosweep.workflow.job_messages import last_line
from evosweep.workflow.partial import use_what_is_there

_VERDICTS = 8
_WIDTH = 600  # a verdict is whole, unless names are very long
_LARGEST_LOG = 2**24


def say(lines: Iterable[str]) -> None:
    """Print lines as they come, to standard error."""
    for line in lines:
        print(line, file=sys.stderr, flush=True)


def after_success(this: ThisCall, held: Sequence[str] = ()) -> Iterator[str]:
    """Yield lines on the runs, the verdict on each problem, the report, MLflow, and the time.

    `held` has a line for runs that other processes work on.
    """
    plan, folder = this.plan, this.plan.experiment.folder
    finished = plan.finished()
    done = f"{plan.size}" if finished == plan.size else f"{finished} of {plan.size}"
    now = finished if this.fresh else finished - this.done_before
    yield ""
    yield f"{done} runs are done:  {folder}/runs  ({max(now, 0)} of them now, in {_time(this)})"
    if not plan.is_share:
        yield from _results(folder)
    yield from held
    yield ""


def _results(folder: Path) -> Iterator[str]:
    report = folder / "comparison" / "report.html"
    if report.exists():
        yield from verdicts(folder)
        yield f"their comparison:  {report}"
    if (folder / ".tracked").exists():
        yield "in MLflow:         evosweep ui"


def after_failure(this: ThisCall, *, uses: bool) -> Iterator[str]:
    """Yield lines on the failed runs. `uses`: the finished runs are compared and tracked."""
    plan, folder = this.plan, this.plan.experiment.folder
    done = plan.finished()
    failed = []
    with suppress(EvosweepError, OSError):
        mine = plan.run_ids()
        failed = [each for each in Observer(folder).look().failed if each.run.run_id in mine]
    yield ""
    yield f"{done} of {plan.size} runs are done, {len(failed)} failed, in {_time(this)}"
    yield from status_lines.failure_lines(failed)
    yield from _without_a_word(this)
    if uses and done:
        try:
            yield from use_what_is_there(plan)
            yield from verdicts(folder)
        except InputError as error:  # a folder that is a link, for instance
            yield f"evosweep: error: {printable_lines(error)}"
        except KeyboardInterrupt:
            pass


def what_to_do(this: ThisCall, held: Sequence[str]) -> Iterator[str]:
    """Yield a line on what the next call will do."""
    yield from held
    yield (
        "The same command continues: finished runs stay, interrupted ones resume, failed ones are "
        f"tried again.\nWhat is there: evosweep compare {this.plan.folder}"
    )


def _without_a_word(call: ThisCall) -> Iterator[str]:
    """Yield the last lines of logs of jobs that failed before their runs could state a reason."""
    by_error: dict[str, list[str]] = {}
    for name, log in call.failed_jobs.items():
        if not call.plan.has_failure(name):
            by_error.setdefault(last_line(Path(log)) or "no message", []).append(log)
    for error, logs in list(by_error.items())[:_VERDICTS]:
        count = f"{len(logs)} jobs" if len(logs) > 1 else "a job"
        yield printable(f"failed: {count}: {error} ({logs[0]})")


def after_stop(this: ThisCall, held: Sequence[str] = ()) -> Iterator[str]:
    """Yield lines on the progress of a call that was stopped."""
    plan = this.plan
    yield f"stopped: {plan.finished()} of {plan.size} runs are done; the same command goes on"
    yield from held


def verdicts(folder: Path) -> Iterator[str]:
    """Yield the comparison's verdict on each problem, one line each."""
    try:
        text = read_bytes(folder / "logs" / "compare.log", _LARGEST_LOG).decode(errors="replace")
    except (OSError, EvosweepError):
        return
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    for line in lines[:_VERDICTS]:
        yield printable(line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}...")


def _time(call: ThisCall) -> str:
    return status_lines.span(time.time() - call.began)
