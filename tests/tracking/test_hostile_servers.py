"""A server that means harm: `pull` asks nothing else, gives nothing away, and always comes back."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import documents
import pytest

from evosweep.cli import main
from evosweep.errors import EvosweepError, without_password
from evosweep.track.passes.receipts import receipt
from evosweep.track.store import bounded
from evosweep.track.store.address import resolve

RUN_ID = "0123456789ab"
MLFLOW_ID = "c" * 32
RECORD = json.dumps(documents.record(run_id=RUN_ID)).encode()
Handler = BaseHTTPRequestHandler


class Hostile:
    """A server of one run, whose answers a test may change."""

    def __init__(self) -> None:
        self.location = f"mlflow-artifacts:/1/{MLFLOW_ID}/artifacts"
        self.tags = {"kind": "run", "run_id": RUN_ID, "folder": RUN_ID, "evosweep": "entry"}
        self.token = ""
        self.experiment = "shared"
        self.artifact: Callable[[Handler], None] = lambda handler: send(handler, RECORD)
        self.asked: list[tuple[str, str | None]] = []
        self.runs: Callable[[Handler], None] = lambda handler: send(handler, self.run_list())

    def answer(self, handler: Handler) -> None:
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.asked.append((handler.path, handler.headers.get("Authorization")))
        if handler.path.endswith("experiments/search"):
            tags = [{"key": "evosweep", "value": "experiment"}]
            found = {"name": self.experiment, "experiment_id": "1", "tags": tags}
            send(handler, json.dumps({"experiments": [found]}).encode())
        elif handler.path.endswith("runs/search"):
            self.runs(handler)
        elif "runs/get" in handler.path:
            send(handler, json.dumps({"run": self.run()}).encode())
        else:
            self.artifact(handler)

    def run_list(self) -> bytes:
        page = {"runs": [self.run()], "next_page_token": self.token}
        return json.dumps(page).encode()

    def run(self) -> dict[str, Any]:
        tags = [{"key": key, "value": value} for key, value in self.tags.items()]
        info = {"run_id": MLFLOW_ID, "status": "FINISHED", "artifact_uri": self.location}
        return {"info": info | {"experiment_id": "1"}, "data": {"tags": tags}}


def send(handler: Handler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(answer: Callable[[Handler], None]) -> Iterator[str]:
    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] - a client that left
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def hostile() -> Hostile:
    return Hostile()


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ada")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "engine-of-1843")
    monkeypatch.setattr(bounded, "PAGES", 50)


def pull(uri: str, out: Path) -> int:
    return main(["pull", "--uri", uri, "--out", str(out)])


def test_artifacts_elsewhere_are_not_asked_for(
    hostile: Hostile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The account in the environment is for the server that was named."""
    secret = tmp_path / "secret" / "record.json"
    secret.parent.mkdir()
    secret.write_bytes(RECORD)
    elsewhere: list[str] = []
    with serving(hostile.answer) as uri, serving(lambda h: elsewhere.append(h.path)) as other:
        host = other.removeprefix("http://")
        for location in (
            secret.parent.as_uri(),
            str(secret.parent),
            f"{other}/api/2.0/mlflow-artifacts/artifacts/1",
            f"mlflow-artifacts://{host}/1",
            f"mlflow-artifacts://ada:engine-of-1843@{host}/1",
            f"{uri}/elsewhere",
            "mlflow-artifacts:/1/../../../etc",
            "s3://bucket/1",
            "dbfs:/1",
            "",
        ):
            hostile.location = location
            assert pull(uri, tmp_path / "out") == 1
            error = capsys.readouterr().err
            assert "only those that the server itself serves" in error
            assert "engine-of-1843" not in error
    assert elsewhere == []
    assert not list((tmp_path / "out").rglob("record.json"))


def test_a_redirection_is_not_followed(hostile: Hostile, tmp_path: Path) -> None:
    elsewhere: list[str] = []
    with serving(hostile.answer) as uri, serving(lambda h: elsewhere.append(h.path)) as other:
        hostile.artifact = lambda handler: send(handler, b"", 302, Location=f"{other}/record.json")
        assert pull(uri, tmp_path / "out") == 1
    assert elsewhere == []


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 2**20)


def trickling(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" ")
        time.sleep(0.1)


def trickling_headers(handler: Handler) -> None:
    handler.send_response(200)
    handler.flush_headers()
    while True:
        handler.wfile.write(b"X-More: and more\r\n")
        time.sleep(0.1)


def silent(handler: Handler) -> None:  # noqa: ARG001 - an answer's
    time.sleep(30)


@pytest.mark.parametrize("what", ["artifact", "runs"])
@pytest.mark.parametrize("answer", [endless, trickling, trickling_headers, silent])
def test_an_answer_without_an_end_is_given_up(
    hostile: Hostile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
    answer: Callable[[Handler], None],
) -> None:
    if answer is not endless:
        monkeypatch.setattr(bounded, "SECONDS", 1.0)
    setattr(hostile, what, answer)
    with serving(hostile.answer) as uri:
        assert pull(uri, tmp_path / "out") != 0
    error = capsys.readouterr().err
    assert "more than 67108864 bytes" in error or "not complete after 1 s" in error
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert files == []


def test_a_list_without_an_end_is_given_up(
    hostile: Hostile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile.token = "again"
    with serving(hostile.answer) as uri:
        assert pull(uri, tmp_path / "out") == 2
    assert "its list of runs has no end" in capsys.readouterr().err


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[" * 10**6, b'{"runs": 3}', b'{"runs": [3]}', b"\xff", b"null"]
)
def test_an_answer_that_is_none_is_one_line(
    hostile: Hostile, tmp_path: Path, capsys: pytest.CaptureFixture[str], body: bytes
) -> None:
    hostile.runs = lambda handler: send(handler, body)
    with serving(hostile.answer) as uri:
        assert pull(uri, tmp_path / "out") in (1, 2)
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "", ".", "0123456789ab/..", "x" * 300])
def test_names_lead_nowhere_else(
    hostile: Hostile, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    hostile.tags["run_id"] = hostile.tags["folder"] = name
    with serving(hostile.answer) as uri:
        assert pull(uri, tmp_path / "out") == 1
        assert "cannot be a run's folder" in capsys.readouterr().err
        hostile.experiment = name
        assert pull(uri, tmp_path / "out") == 2
    assert not list(tmp_path.rglob("*.json"))


def test_a_receipt_of_another_run_is_refused(
    hostile: Hostile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile.tags["run_id"] = hostile.tags["folder"] = "ba9876543210"
    with serving(hostile.answer) as uri:
        assert pull(uri, tmp_path / "out") == 1
    assert f"belongs to run {RUN_ID}, its tag names ba9876543210" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("record.json"))


def test_a_table_is_no_larger_than_its_receipt_says(
    hostile: Hostile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile.artifact = lambda handler: (
        send(handler, RECORD) if handler.path.endswith(".json") else endless(handler)
    )
    with serving(hostile.answer) as uri:
        assert pull(uri, tmp_path / "out") == 1
    assert "bytes" in capsys.readouterr().err
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_receipt_is_read_within_the_same_bounds(hostile: Hostile) -> None:
    with serving(hostile.answer) as uri:
        assert receipt(MLFLOW_ID, uri).run_id == RUN_ID
        hostile.location = "file:///etc"
        with pytest.raises(EvosweepError, match="only those that the server itself serves"):
            receipt(MLFLOW_ID, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "http://ada:engine@127.0.0.1:9/",
        "postgresql://ada:engine@127.0.0.1:9/db",
        "postgresql://ada:eng/ine@127.0.0.1:9/db",
        "ftp://ada:engine@host/",
        "postgresql://127.0.0.1:9/db?password=engine&user=ada",
        "http://ada:engine@/",
    ],
)
def test_no_message_has_a_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], uri: str
) -> None:
    runs = tmp_path / "results" / "quick" / "runs"
    runs.mkdir(parents=True)
    for command in (["track", str(tmp_path / "results")], ["pull", "--out", str(tmp_path)]):
        assert main([*command, "--uri", uri]) != 0
        output = capsys.readouterr()
        assert "engine" not in output.out + output.err
        assert "ine@" not in output.out + output.err
        assert len(output.err.splitlines()) == 1


def test_an_address_is_shown_without_its_password(tmp_path: Path) -> None:
    assert resolve(tmp_path, "http://ada:engine@host:5000").shown == "http://ada:***@host:5000"
    text = "cannot reach http://a:b@c/d?token=e, nor postgresql://f:g@h"
    assert without_password(text) == (
        "cannot reach http://a:***@c/d?token=*** nor postgresql://f:***@h"
    )
