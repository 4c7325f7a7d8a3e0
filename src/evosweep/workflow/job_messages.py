"""Sort Snakemake's messages on jobs: the report at the end of a call replaces some of them."""

from collections.abc import Sequence
from logging import LogRecord
from pathlib import Path

from evosweep.errors import Damaged, printable
from evosweep.files.opening import last_bytes

_TOLD = (
    "Exiting because a job execution failed",
    "At least one job did not complete successfully",
    "WorkflowError:\nAt least one job did not complete successfully",
    "Removing output files of failed job",
    "RuleException",
    "Terminating processes on user request",
)
OF_RUNS = ("run", "batch")
"""The rules whose jobs perform runs."""
_STAGES = {
    "compare": "comparing them",
    "track": "bringing MLflow up to date",
    "look": "deciding on more seeds",
}
"""The rules that work on finished runs, in words."""
_LONGEST = 2**16  # bytes at the end of a log, which a run may fill without end
_LAST = 3  # most lines of a log that are shown


def is_told_by_the_end(text: str) -> bool:
    """Return True if the report at the end of the call replaces a message."""
    return text.startswith(_TOLD)


def error_of_stage(record: LogRecord) -> str:
    """Return what a failed stage, such as `compare`, wrote last; empty for runs, which the end
    tells."""
    rule = str(getattr(record, "rule_name", ""))
    if not rule or rule in OF_RUNS:
        return ""
    logs: Sequence[object] = getattr(record, "log", None) or []
    lines = [f"{rule} failed; see {', '.join(map(str, logs))}"]
    for log in logs:
        lines += [f"  {printable(line)}" for line in _last_lines(Path(str(log)))]
    return "\n".join(lines)


def stage_of(record: LogRecord) -> str:
    """Return what the job of a message does with finished runs; empty if it performs runs."""
    return _STAGES.get(str(getattr(record, "rule_name", "")), "")


def failed_job(record: LogRecord) -> tuple[str, str] | None:
    """Return name and log of a failed job of runs; None for any other message."""
    if getattr(record, "rule_name", "") not in OF_RUNS:
        return None
    log = next(iter(getattr(record, "log", None) or []), "")
    return Path(str(log)).stem, str(log)


def last_line(path: Path) -> str:
    """Return the last line of a program's log; empty if the log is empty."""
    return next(iter(_last_lines(path)[-1:]), "")


def _last_lines(path: Path) -> list[str]:
    try:
        text = last_bytes(path, _LONGEST).decode(errors="replace")
        return text.strip().splitlines()[-_LAST:]
    except (OSError, Damaged):
        return []
