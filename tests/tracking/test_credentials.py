"""Passwords and tokens of a server are in nothing that is kept or printed, whatever happens.

The server is real; a way to it lets in one account only.
"""

import json
import os
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow_contents as contents
import pytest
import run_folders as folders
import servers
import warm

from evosweep.config import passwords
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError, RunError

SECRET = "engine-of-1843"
pytestmark = pytest.mark.timeout(600)


@contextmanager
def guarded(
    server: servers.MlflowServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a server that asks for an account, and the variables that hold it."""
    basic = "Basic " + b64encode(f"ada:{SECRET}".encode()).decode()
    account = f"Bearer {SECRET}" if kind == "token" else basic
    monkeypatch.setattr(servers.Flaky, "account", account)
    with servers.way_to(server) as uri:
        if kind == "address":
            yield uri.replace("://", f"://ada:{SECRET}@"), {}
        elif kind == "token":
            yield uri, {"MLFLOW_TRACKING_TOKEN": SECRET}
        else:
            names = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")
            yield uri, dict(zip(names, ("ada", SECRET), strict=True))


def evosweep(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        warm.evosweep(*words),
        cwd=cwd, env=os.environ | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip


def files_with(folder: Path, secret: str) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if secret.encode() in path.read_bytes()]


@pytest.mark.parametrize("kind", ["address", "account", "token"])
def test_nothing_that_is_kept_or_printed_has_the_secret(
    tmp_path: Path, server: servers.MlflowServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Runs, a failed one and a comparison are tracked, pulled, and asked for once more."""
    name = f"secret-{kind}"
    runs = tmp_path / "results" / name / "runs"
    comparison = tmp_path / "results" / name / "comparison"
    comparison.mkdir(parents=True)
    (comparison / "report.html").write_text("<p>report")
    with guarded(server, monkeypatch, kind) as (uri, account):
        variables = {"MLFLOW_TRACKING_URI": uri, **account}
        spec = {
            "problem": {"use": "onemax", "params": {"bits": 8}},
            "algorithm": {"use": "ea_simple", "params": {"population": 6, "generations": 2}},
            "backend": {"use": "pool", "workers": 2},
            "seed": 1,
        }
        job = ["run", "--spec", json.dumps(spec), "--seeds", "1", "--out", str(runs)]
        folders.write_failure(runs, folders.spec(3, mutation=0.1))
        done = [
            evosweep(*words, cwd=tmp_path, **variables)
            for words in (job, ["track", "results"], ["pull", name, "--out", "again"])
        ]
    assert [each.returncode for each in done] == [0, 0, 0], [each.stderr for each in done]
    printed = "".join(each.stdout + each.stderr for each in done)
    assert "1 new" not in printed
    assert SECRET not in printed
    assert not files_with(tmp_path, SECRET)
    tracked = contents.runs(server.uri, name)
    assert {run["status"] for run in tracked.values()} == {"FINISHED", "FAILED"}
    assert SECRET not in repr(tracked)
    assert not files_with(server.folder / "served", SECRET)
    assert not [path for path in files_with(server.folder, SECRET) if path.suffix != ".log"]


def test_an_error_keeps_no_password_of_an_address(tmp_path: Path) -> None:
    """Of a database that an evaluation cannot reach, say: in the record, the log and the error."""
    (tmp_path / "asks.py").write_text(
        "from evosweep.problems.onemax import onemax\n\n\n"
        "def build():\n"
        "    toolbox = onemax(bits=8)\n"
        "    toolbox.register('evaluate', ask)\n"
        "    return toolbox\n\n\n"
        "def ask(individual):\n"
        f"    raise OSError('no answer of ' + 'postgresql://ada:' + '{SECRET[:6]}' + '@db/x')\n"
    )
    spec = {
        "problem": {"use": "asks:build"},
        "algorithm": {"use": "ea_simple", "params": {"population": 6, "generations": 2}},
        "backend": {"use": "serial"},
        "seed": 1,
        "import_path": str(tmp_path),
    }
    failed = evosweep("run", "--spec", json.dumps(spec), "--out", "run", cwd=tmp_path)
    assert failed.returncode == 1
    assert "postgresql://ada:***@db/x" in failed.stderr
    failure = (tmp_path / "run" / "failure.json").read_text()
    assert "postgresql://ada:***@db/x" in failure
    assert f"ada:{SECRET[:6]}@" not in failed.stderr + failure
    assert str(RunError("https://0123abcd@host/x failed")) == "https://***@host/x failed"


@pytest.mark.parametrize(
    "value", [f"postgresql://ada:{SECRET}@db/x", {"to": ["https://token@host/x"]}]
)
def test_a_parameter_with_a_password_is_refused(value: object) -> None:
    """It would be in every receipt, and without it nobody could repeat the run."""
    spec = RunSpec.parse(
        {
            "problem": {"use": "onemax", "params": {"bits": 8, "dsn": value}},
            "algorithm": {"use": "ea_simple"},
            "backend": {"use": "serial"},
            "seed": 1,
        }
    )
    with pytest.raises(InputError, match=r"problem\.params\.dsn: an address in it has a password"):
        spec.check()
    harmless = {"url": "https://host:80/a@b", "user": "postgresql://ada@db/x", "mail": "a:b@c"}
    assert not list(passwords.complaints(harmless))
