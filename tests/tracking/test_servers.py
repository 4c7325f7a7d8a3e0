"""Any MLflow: the same content everywhere, and nothing lost when it is down, slow or failing."""

import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow_contents as contents
import pytest
import run_folders as folders
import servers

from evosweep.cli import main
from evosweep.errors import InputError
from evosweep.track.passes.receipts import receipt
from evosweep.track.passes.tracking import track
from evosweep.track.store.address import resolve

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[servers.PostgreSQL]:
    if servers.postgresql_programs() is None:
        pytest.skip("needs Debian's package postgresql")
    cluster = servers.PostgreSQL()
    cluster.start()
    yield cluster
    cluster.remove()


def own(results: Path) -> str:
    return f"sqlite:///{results / 'mlflow.db'}"


def write_runs(results: Path, experiment: str, count: int) -> None:
    for seed in range(count):
        of = folders.spec(seed, mutation=seed % 4 / 10)
        folders.write_run(results / experiment / "runs", of, generations=20)


def test_a_server_shows_what_the_own_database_shows(
    results: Path, server: servers.MlflowServer
) -> None:
    """Every row that goes in whole is the row that MLflow's client writes."""
    track(results)
    track(results, server.uri)
    assert contents.runs(server.uri) == contents.runs(own(results))
    assert track(results, server.uri).unchanged == 9


def test_postgresql_shows_what_the_own_database_shows(
    results: Path, postgresql: servers.PostgreSQL
) -> None:
    track(results)
    uri = postgresql.database("direct")
    track(results, uri)
    assert contents.runs(uri) == contents.runs(own(results))


def test_a_server_that_is_down_is_told_with_what_is_pending(
    tmp_path: Path,
    server: servers.MlflowServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "3")
    results = tmp_path / "results"
    write_runs(results, "late", 3)
    port = servers.free_port()
    uri = f"http://127.0.0.1:{port}"
    assert main(["track", str(results), "--uri", uri]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"evosweep: error: {uri} does not answer")
    assert "3 runs are pending: call `evosweep track` again" in line
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "120")
    with servers.way_to(server, port):
        assert main(["track", str(results), "--uri", uri]) == 0
    track(results)
    assert contents.runs(server.uri, "late") == contents.runs(own(results), "late")


def test_a_server_that_answers_500_now_and_then_gets_every_run_once(
    tmp_path: Path, server: servers.MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers.Flaky, "failing", 5)
    monkeypatch.setattr(servers.Flaky, "waiting", 7)
    results = tmp_path / "results"
    write_runs(results, "flaky", 4)
    with servers.way_to(server) as uri:
        assert track(results, uri).new == 4
    track(results)
    assert contents.runs(server.uri, "flaky") == contents.runs(own(results), "flaky")


def test_an_account_is_asked_for_and_taken_from_the_environment(
    tmp_path: Path, server: servers.MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    write_runs(results, "guarded", 1)
    monkeypatch.setattr(servers.Flaky, "account", "Basic " + b64encode(b"ada:engine").decode())
    with servers.way_to(server) as uri:
        with pytest.raises(InputError, match="refuses access: set MLFLOW_TRACKING_USERNAME"):
            track(results, uri)
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ada")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "engine")
        assert track(results, uri).new == 1


def kill_often(server: Any, times: int, every: float, done: threading.Event) -> int:
    """Kills and starts a server again until it was killed so often or the work is done."""
    killed = 0
    while killed < times and not done.wait(every):
        server.kill()
        killed += 1
        server.start()
    return killed


def track_while_killing(results: Path, uri: str, server: Any, times: int, every: float) -> int:
    """How often the server was killed while `evosweep track` ran, called until it is through."""
    done, killed = threading.Event(), [0]
    killer = threading.Thread(
        target=lambda: killed.__setitem__(0, kill_often(server, times, every, done))
    )
    killer.start()
    try:
        while killer.is_alive() or main(["track", str(results), "--uri", uri]) != 0:
            main(["track", str(results), "--uri", uri])
            if killer.is_alive():  # there is time left: what is there is brought anew
                for index in (results / ".track").glob("*.index"):
                    index.unlink()
    finally:
        done.set()
        killer.join()
    return killed[0]


def test_postgresql_killed_20_times_has_the_same_rows(
    tmp_path: Path, postgresql: servers.PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "20")
    monkeypatch.setattr("evosweep.track.store.database_store.DatabaseStore.batch", 2)
    results = tmp_path / "results"
    write_runs(results, "hunted", 60)
    uri = postgresql.database("hunted")
    assert track_while_killing(results, uri, postgresql, 20, 0.2) == 20
    track(results)
    assert contents.runs(uri, "hunted", artifacts=False) == contents.runs(
        own(results), "hunted", artifacts=False
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_server_killed_20_times_has_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "60")
    results = tmp_path / "results"
    write_runs(results, "hunted", 200)
    server = servers.MlflowServer(tmp_path, f"sqlite:///{tmp_path}/served.db")
    server.start()
    try:
        assert track_while_killing(results, server.uri, server, 20, 2.0) == 20
        track(results, server.uri)
        track(results)
        assert contents.runs(server.uri, "hunted", artifacts=False) == contents.runs(
            own(results), "hunted", artifacts=False
        )
    finally:
        server.kill()


@pytest.mark.parametrize("kills", [2, pytest.param(15, marks=pytest.mark.slow)])
def test_a_killed_tracker_leaves_nothing_twice_missing_or_running(
    tmp_path: Path, server: servers.MlflowServer, kills: int
) -> None:
    results = tmp_path / "results"
    name = f"tracker{kills}"
    write_runs(results, name, 5 * kills)
    program = "import sys; from evosweep.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "track", str(results), "--uri", server.uri]
    for number in range(kills):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as tracker:
            time.sleep(2.5 + 0.2 * number)
            os.kill(tracker.pid, signal.SIGKILL)
    assert main(["track", str(results), "--uri", server.uri]) == 0
    track(results)
    assert contents.runs(server.uri, name) == contents.runs(own(results), name)


def test_a_colleague_pulls_and_has_the_receipts(
    results: Path, tmp_path: Path, server: servers.MlflowServer, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in (1, 2):
        folders.write_run(results / "shared" / "runs", folders.spec(seed))
    folders.write_failure(results / "shared" / "runs", folders.spec(3))
    track(results / "shared", server.uri)
    for expected in ("pulled 3 runs", "pulled 0 runs"):
        out = tmp_path / "colleague"
        out.mkdir(exist_ok=True)
        assert main(["pull", "shared", "--uri", server.uri, "--out", str(out)]) == 0
        assert expected in capsys.readouterr().out
    for folder in (results / "shared" / "runs").iterdir():
        there = out / "shared" / "runs" / folder.name
        for file in folder.iterdir():
            assert (there / file.name).read_bytes() == file.read_bytes()
    finished = contents.runs(server.uri, "shared", "tags.kind = 'run'", artifacts=False)
    assert len(finished) == 3
    mlflow = contents.client(server.uri)
    experiment = mlflow.get_experiment_by_name("shared").experiment_id
    (run, *_) = mlflow.search_runs([experiment], "attributes.status = 'FINISHED'")
    while run.data.tags["kind"] != "run":
        (run, *_) = mlflow.search_runs([experiment], "tags.population_digest LIKE '%'")
    assert receipt(run.info.run_id, server.uri).run_id == run.data.tags["run_id"]
    assert resolve(results, server.uri).is_server
