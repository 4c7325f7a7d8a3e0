"""Commands that are forked from imports that are made: they end, stop and die like new ones."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import warm
from warm_evosweep import FAMILIES
from working import wait_for_nobody, working_in


def done(words: list[str], **options: Any) -> tuple[int, str, str]:
    ended = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("words", [("compare", "nothing"), ("track", "no\nthing"), ("compare",)])
def test_it_ends_as_a_new_one_does(tmp_path: Path, words: tuple[str, ...]) -> None:
    cold = [sys.executable, "-m", "evosweep", *words]
    assert done(warm.evosweep(*words), cwd=tmp_path) == done(cold, cwd=tmp_path)


def test_one_without_a_server_is_a_new_one(tmp_path: Path) -> None:
    assert "grid" not in FAMILIES
    words = ("grid", "nothing.yaml")
    cold = [sys.executable, "-m", "evosweep", *words]
    assert done(warm.evosweep(*words), cwd=tmp_path) == done(cold, cwd=tmp_path)


@contextmanager
def following(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`evosweep track --follow` on one run, once it follows; it is killed at the end."""
    (folder / "results" / "study" / "runs").mkdir(parents=True)
    with subprocess.Popen(
        warm.evosweep("track", "results", "--follow"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("following results -> sqlite:")
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_reaches_the_command(tmp_path: Path, stop: signal.Signals) -> None:
    with following(tmp_path) as process:
        assert len(working_in(tmp_path)) == 2  # itself, and what was forked for it
        process.send_signal(stop)
        code = process.wait()
    assert code == 128 + stop
    wait_for_nobody(tmp_path)


def test_a_kill_is_the_command_s_end(tmp_path: Path) -> None:
    with following(tmp_path) as process:
        process.kill()
        process.wait()
        wait_for_nobody(tmp_path)


def test_the_end_of_a_killed_command_is_told(tmp_path: Path) -> None:
    with following(tmp_path) as process:
        (forked,) = [each for each in working_in(tmp_path) if each.pid != process.pid]
        forked.kill()
        assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize("other", ["a variable", "a priority"])
def test_one_that_inherits_something_else_is_started_anew(tmp_path: Path, other: str) -> None:
    (tmp_path / "results" / "study" / "runs").mkdir(parents=True)
    environment = os.environ | ({"MPLBACKEND": "agg"} if other == "a variable" else {})
    words = warm.evosweep("track", "results", "--follow")
    words = ["nice", "-n", "1", *words] if other == "a priority" else words
    with subprocess.Popen(words, cwd=tmp_path, env=environment) as process:
        seen = psutil.Process(process.pid)
        while "-m" not in seen.cmdline() and process.poll() is None:
            assert len(working_in(tmp_path)) == 1
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_in_bash_other_commands_are_those_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "evosweep").write_text(f"#!{sys.executable}\nimport sys; print(sys.argv[1:])")
    (tmp_path / "evosweep").chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:/usr/bin:/bin"} | warm.evosweep_in_bash()
    text = "set -euo pipefail; evosweep status 'a b'; evosweep; evosweep track nothing || echo $?"
    code, printed, error = done(["bash", "-c", text], cwd=tmp_path, env=environment)
    assert (code, printed) == (0, "['status', 'a b']\n[]\n2\n")
    assert error.startswith("evosweep: error: nothing")
