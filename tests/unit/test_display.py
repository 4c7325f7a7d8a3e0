"""What a call shows of its runs, and of what is done with them when all of them are there."""

import io
from logging import INFO, LogRecord
from pathlib import Path

import pytest
from rich.console import Console

from evosweep.inventory.progress import GroupProgress, Progress
from evosweep.workflow.display import LogLines
from evosweep.workflow.job_messages import stage_of
from evosweep.workflow.status_block import block

DONE = Progress(Path("results/study"), [GroupProgress("ones", "simple", asked=10, done=10)], [], [])


def _message(rule: str) -> LogRecord:
    record = LogRecord("snakemake", INFO, "", 0, "", None, None)
    record.rule_name = rule
    return record


@pytest.mark.parametrize("rule", ["compare", "track", "look"])
def test_a_stage_after_the_runs_has_words_in_a_log_and_on_a_terminal(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = stage_of(_message(rule))
    assert stage
    LogLines().show(DONE, stage)
    assert capsys.readouterr().err.endswith(f" study: 10 of 10 runs are done; {stage}\n")
    screen = io.StringIO()
    Console(file=screen, width=120).print(block(DONE, stage=stage))
    assert stage in screen.getvalue().splitlines()[0]


def test_runs_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert [stage_of(_message(rule)) for rule in ("run", "batch", "all", "")] == [""] * 4
    LogLines().show(DONE)
    assert capsys.readouterr().err.endswith(" study: 10 of 10 runs are done\n")
