"""Many at once and killed at any moment: nothing fails, nothing is there twice or missing."""

import importlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import mlflow_contents as contents
import pytest
import run_folders as folders
import servers
import warm_server

from evosweep.cli import main
from evosweep.files.writing import temporary_for
from evosweep.track.passes.tracking import track

# A process that is forked has its imports made already: sixteen would take minutes for MLflow's.
FORK = multiprocessing.get_context("fork")
pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def write_results(parent: Path, count: int, seeds: int = 2) -> list[Path]:
    """Folders of results, each with other runs of the same experiment and configuration."""
    made = []
    for number in range(count):
        results = parent / f"results{number}"
        for seed in range(seeds):
            folders.write_run(results / "shared" / "runs", folders.spec(number * seeds + seed))
        made.append(results)
    return made


def track_at_once(commands: Sequence[Sequence[str]]) -> list[int | None]:
    """The exit codes of `evosweep track` in as many processes, all started together."""
    for name in warm_server.IMPORTS["track"]:
        importlib.import_module(name)
    gate = FORK.Barrier(len(commands))

    def run(words: Sequence[str]) -> None:
        gate.wait()
        sys.exit(main(["track", *words]))

    processes = [FORK.Process(target=run, args=(words,)) for words in commands]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [process.exitcode for process in processes]


def seeds_in(uri: str, experiment: str) -> list[int]:
    found = contents.runs(uri, experiment, "tags.kind = 'run'", artifacts=False)
    return sorted(int(run["params"]["seed"]) for run in found.values())


def test_16_cold_writers_share_one_new_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "300")
    uri = f"sqlite:///{tmp_path / 'shared.db'}"
    results = write_results(tmp_path, 16)
    codes = track_at_once([[str(each), "--uri", uri] for each in results])
    assert codes == [0] * 16
    assert seeds_in(uri, "shared") == list(range(32))


def test_16_cold_writers_share_one_new_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if servers.postgresql_programs() is None:
        pytest.skip("needs Debian's package postgresql")
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "300")
    results = write_results(tmp_path, 16)
    cluster = servers.PostgreSQL()
    cluster.start()
    try:
        uri = cluster.database("cold")
        codes = track_at_once([[str(each), "--uri", uri] for each in results])
        assert codes == [0] * 16
        assert seeds_in(uri, "shared") == list(range(32))
    finally:
        cluster.remove()


def test_two_trackers_of_the_same_results_take_turns(
    results: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(results, alone)
    assert track_at_once([[str(results)], [str(results)]]) == [0, 0]
    output = capfd.readouterr()
    assert "waiting until it is done" in output.err
    assert "0 new, 0 changed, 0 removed, 9 unchanged" in output.out
    track(alone)
    one, other = (f"sqlite:///{each}/mlflow.db" for each in (results, alone))
    assert contents.runs(one) == contents.runs(other)


@pytest.mark.parametrize("kills", [6, pytest.param(40, marks=pytest.mark.slow)])
def test_a_tracker_killed_at_random_moments_leaves_what_one_call_does(
    results: Path, tmp_path: Path, kills: int
) -> None:
    for seed in range(10, 30):
        folders.write_run(results / "quick" / "runs", folders.spec(seed, mutation=0.3))
    alone = tmp_path / "alone"
    shutil.copytree(results, alone)
    draw = random.Random(kills)
    for _ in range(kills):
        process = FORK.Process(target=main, args=(["track", str(results)],))
        process.start()
        time.sleep(draw.uniform(0.0, 1.5))
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    track(results)
    track(alone)
    one, other = (f"sqlite:///{each}/mlflow.db" for each in (results, alone))
    assert contents.runs(one) == contents.runs(other)


def test_what_a_killed_tracker_left_half_written_is_no_artifact(results: Path) -> None:
    track(results)
    before = contents.runs(f"sqlite:///{results}/mlflow.db")
    shutil.rmtree(results / ".track")
    (results / "mlflow.db").unlink()
    for folder in (results / "mlartifacts").glob("*/*/artifacts"):
        temporary_for(folder / "record.json").write_text('{"half')
    assert track(results).problems == []
    assert contents.runs(f"sqlite:///{results}/mlflow.db") == before
    assert not list((results / "mlartifacts").rglob(".record.json.*"))
