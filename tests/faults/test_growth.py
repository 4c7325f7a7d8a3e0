"""A longer run that starts from a shorter one, and is killed in the middle of what it adds."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import warm
from hits import hit, kills, left_by
from runs import Run, evaluated, spec
from windows import BETWEEN

from evosweep.backends.table import BACKENDS
from evosweep.config.spec import RunSpec
from evosweep.records import journal

SOON = ("pool", "scoop")
"""Backends that start within a second; the others are tried by `make faults`."""
USES = [use if use in SOON else pytest.param(use, marks=pytest.mark.slow) for use in BACKENDS]


def _run(use: str, generations: int, runs: Path) -> Run:
    workers = 1 if BACKENDS[use].alone else 2
    described = spec(use, workers)
    described["algorithm"]["params"]["generations"] = generations
    return Run(runs / RunSpec.parse(described).run_id, described)


def _count(run: Run) -> int:
    entries = list(journal.read(run.folder / "journal.bin"))
    places = {(entry.batch, index) for entry in entries for index in entry.indices.tolist()}
    assert len(places) == sum(len(entry.indices) for entry in entries)
    return len(places)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The receipt of the longer run that started from nothing."""
    run = _run("serial", 10, tmp_path_factory.mktemp("whole"))
    assert run.complete()[0] == 0
    return run.record


@kills(BETWEEN)
@pytest.mark.parametrize("use", USES)
def test_killed_while_it_grows(
    use: str, tmp_path: Path, injected: Any, whole: dict[str, Any]
) -> None:
    short, long = (_run(use, count, tmp_path / "runs") for count in (5, 10))
    digest = whole["population_digest"]
    with injected(f"SIGKILL while a run grows, {use}", expected=digest) as one:
        assert short.complete()[0] == 0, short.finish()
        long.start()
        long.wait_for_evaluations(evaluated(short.folder / "journal.bin") + 300)
        assert long.process is not None
        long.process.send_signal(signal.SIGKILL)
        long.finish()
        one.left = len(long.left_after())
        assert _count(short) < _count(long) < whole["evaluations"]
        hit(left_by(long.folder, whole["evaluations"]))
        code, errors = long.complete()
        assert code == 0, errors
        assert long.record["grown_from"] == short.record["run_id"]
        assert long.record["resumed"] == 1
        assert _count(long) == long.record["evaluations"] == whole["evaluations"]
        one.digest = long.digest


def test_the_same_in_a_workflow_of_several_seeds(tmp_path: Path) -> None:
    """`--seeds`, as Snakemake calls it; `--fresh` takes nothing."""

    def perform(generations: int, *options: str) -> list[str]:
        described = spec()
        described["problem"]["params"]["seconds"] = 0.0
        described["algorithm"]["params"]["generations"] = generations
        words = warm.evosweep("run", "--spec", json.dumps(described))
        out = ["--seeds", "1-3", "--out", str(tmp_path / "runs"), *options]
        done = subprocess.run([*words, *out], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    assert not any("grown from" in line for line in perform(3))
    grown = perform(6)
    assert all(", grown from " in line for line in grown)
    fresh = perform(6, "--fresh")
    assert not any("grown from" in line for line in fresh)
    digests = [
        [line.partition("population ")[2].partition(",")[0] for line in lines]
        for lines in (grown, fresh)
    ]
    assert digests[0] == digests[1]
