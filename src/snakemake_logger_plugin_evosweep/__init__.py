"""Snakemake's logger plugin `evosweep`: a call shows its runs, and not its jobs.

    snakemake --logger evosweep                                  what profiles/default has
    snakemake --logger evosweep --logger-evosweep-view jobs      Snakemake's own messages

A dry run, and whatever Snakemake says before the first run starts, look as they always do.
"""

from dataclasses import dataclass, field
from logging import INFO, WARNING, LogRecord
from typing import Protocol, cast

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from evosweep.workflow import current_call
from evosweep.workflow.display import Showing, suitable
from evosweep.workflow.job_messages import (
    error_of_stage,
    failed_job,
    is_told_by_the_end,
    stage_of,
)

_TOLD = ("Nothing to be done",)


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Options of the plugin, as `--logger-evosweep-...`."""

    view: str = field(
        default="runs",
        metadata={"help": "runs: how far the runs are; jobs: Snakemake's own messages"},
    )


def _is_error(record: LogRecord) -> bool:
    """Whether a message says that a job failed."""
    return getattr(record, "event", None) in (LogEvent.JOB_ERROR, LogEvent.GROUP_ERROR)


class _Output(Protocol):
    """What Snakemake says of its output."""

    dryrun: bool
    verbose: bool
    nocolor: bool
    stdout: bool


class LogHandler(LogHandlerBase):
    """Shows the runs of a call, and of Snakemake's messages those that concern a person."""

    def __post_init__(self) -> None:
        from snakemake.logging import ColorizingTextHandler

        output = cast(_Output, self.common_settings)
        self._jobs = ColorizingTextHandler(nocolor=output.nocolor)
        if output.stdout:
            import sys

            self._jobs.setStream(sys.stdout)
        view = self.settings.view if isinstance(self.settings, LogHandlerSettings) else "runs"
        self._as_jobs = output.dryrun or output.verbose or view == "jobs"
        self._showing: Showing | None = None

    @property
    def writes_to_stream(self) -> bool:
        """It takes the place of Snakemake's own output."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Snakemake's own log file has everything."""
        return False

    @property
    def has_filter(self) -> bool:
        """Snakemake's filter obeys --quiet and its like."""
        return False

    @property
    def has_formatter(self) -> bool:
        """Snakemake's formatter is used."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """The runs are known from their folder."""
        return False

    def emit(self, record: LogRecord) -> None:
        """Show a message of Snakemake's, or leave it out."""
        if self._as_jobs:
            self._jobs.setFormatter(self.formatter)
            self._jobs.emit(record)
            return
        call = current_call.current()
        if call is not None and call.started and not call.ended and self._showing is None:
            self._showing = Showing(call, suitable())
        if call is not None and _is_error(record) and (job := failed_job(record)):
            call.failed_jobs[job[0]] = job[1]
        if call is not None and getattr(record, "event", None) == LogEvent.JOB_INFO:
            call.stage = stage_of(record)
        if text := self._concerns_a_person(record, started=call is not None and call.started):
            self._say(text)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._showing is not None:
            self._showing.close()
        super().close()

    def _concerns_a_person(self, record: LogRecord, *, started: bool) -> str:
        """The text of a message, empty where the display or the end of the call says it."""
        if _is_error(record):
            return error_of_stage(record)
        event = getattr(record, "event", None)
        if event not in (None, LogEvent.ERROR) or record.levelno < INFO:
            return ""
        text = self.format(record)
        if record.levelno < WARNING:
            return text if text.startswith(_TOLD) else ""
        return "" if started and is_told_by_the_end(text) else text

    def _say(self, text: str) -> None:
        if self._showing is not None:
            self._showing.display.say(text)
        else:
            import sys

            print(text, file=sys.stderr, flush=True)
