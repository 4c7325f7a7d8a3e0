"""evosweep's own lines about a run, whatever stands between its working process and a terminal."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hits import hit, kills
from windows import EVALUATING

from evosweep.processes import lines
from evosweep.supervision import supervisor
from evosweep.supervision.job_folder import JobFolder

SWALLOWS = "import subprocess, sys; subprocess.run(sys.argv[1:], capture_output=True)"
"""A launcher that reads what its program prints, and forwards none of it."""

PROBLEM = """\
import os
import signal

from evosweep.problems.onemax import onemax


def build(kills, fails):
    toolbox = onemax(bits=8)

    def evaluate(individual):
        if kills and not os.path.exists(kills):
            open(kills, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        if fails:
            raise ValueError("this text is the whole line")
        return (sum(individual),)

    toolbox.register("evaluate", evaluate)
    return toolbox
"""


class Swallowing:
    """Starts the working process under a launcher that loses all that it prints."""

    def command(self, job: JobFolder) -> list[str]:
        performer = ["-P", "-m", "evosweep.entry.working_process", str(job.folder)]
        return [sys.executable, "-c", SWALLOWS, sys.executable, *performer]

    def crew(self, *_: object) -> None:
        return None


def spec(tmp_path: Path, seed: int, **params: Any) -> dict[str, Any]:
    (tmp_path / "said.py").write_text(PROBLEM)
    return {
        "problem": {"use": "said:build", "params": {"kills": "", "fails": False} | params},
        "algorithm": {"use": "ea_simple", "params": {"population": 4, "generations": 1}},
        "backend": {"use": "serial", "workers": 1},
        "seed": seed,
        "import_path": str(tmp_path),
    }


def performed(tmp_path: Path, *specs: dict[str, Any]) -> int:
    what = {"spec": specs[0], "seeds": [specs[0]["seed"]], "others": list(specs[1:])}
    with JobFolder.temporary(**what, out=tmp_path / "out", several=True) as job:
        return supervisor.supervise(job)


@pytest.fixture
def swallowing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "launcher_of", lambda _: Swallowing())


@pytest.mark.usefixtures("swallowing")
def test_lines_arrive_whole_through_a_launcher_that_forwards_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    specs = [spec(tmp_path, 1), spec(tmp_path, 2, fails=True), spec(tmp_path, 3)]
    assert performed(tmp_path, *specs) == 1
    out, errors = capfd.readouterr()
    assert [line.split(", ")[1] for line in out.splitlines()] == ["seed 1", "seed 3"]
    (line,) = (line for line in errors.splitlines() if line.startswith("evosweep: error:"))
    assert "this text is the whole line" in line


@kills(EVALUATING)
@pytest.mark.usefixtures("swallowing")
@pytest.mark.thorough
def test_a_run_is_told_once_although_its_process_was_started_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    once = tmp_path / "killed"
    assert performed(tmp_path, spec(tmp_path, 1), spec(tmp_path, 2, kills=str(once))) == 0
    assert once.exists()
    hit(EVALUATING)
    out, _ = capfd.readouterr()
    assert [line.split(", ")[1] for line in out.splitlines()] == ["seed 1", "seed 2"]


def test_a_program_s_own_output_is_not_lost_where_it_is_buffered(tmp_path: Path) -> None:
    """The working process is killed once its last word is there."""
    text = PROBLEM.replace("import signal", "import signal\n\nprint('imported')")
    job = spec(tmp_path, 1)
    (tmp_path / "said.py").write_text(text)
    command = ["run", "--spec", json.dumps(job), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "evosweep", *command], stdout=subprocess.PIPE, text=True, check=True
    )
    imported, told = done.stdout.splitlines()
    assert (imported, told.split(", ")[1]) == ("imported", "seed 1")


def test_a_torn_line_is_left_out_and_the_next_one_is_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    end = lines.Lines(tmp_path / "lines")
    monkeypatch.setenv(lines.VARIABLE, str(end.path))
    lines.tell("first")
    with end.path.open("ab") as file:
        file.write(b'\n["stdout", "to')  # by a process that was killed
    end.print_new()
    assert capfd.readouterr().out == "first\n"
    lines.tell("two\nlines, \x1b[31m")
    lines.complain("third")
    end.print_new()
    end.print_rest()
    assert capfd.readouterr() == ("two\nlines, \x1b[31m\n", "third\n")


def test_lines_of_a_new_start_are_printed_as_often_as_they_are_new(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    end = lines.Lines(tmp_path / "lines")
    monkeypatch.setenv(lines.VARIABLE, str(end.path))
    for said in (["a", "a"], ["a", "b"], ["a", "b", "a", "a"]):
        end.begin()
        for line in said:
            lines.tell(line)
        end.print_rest()
    assert capfd.readouterr().out.split() == ["a", "a", "b", "a"]


def test_a_host_without_the_file_prints_by_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(lines.VARIABLE, str(tmp_path / "nowhere" / "lines"))
    lines.complain("by itself")
    assert capsys.readouterr().err == "by itself\n"
    monkeypatch.setenv(lines.VARIABLE, "/dev/full")
    lines.complain("disk full")
    assert capsys.readouterr().err == "disk full\n"


def test_a_pipe_that_nobody_reads_keeps_no_supervisor_from_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = lines.Lines(tmp_path / "lines")
    monkeypatch.setenv(lines.VARIABLE, str(end.path))
    read, write = os.pipe()
    said = [f"{number:04} {'x' * 1000}" for number in range(200)]
    for line in said:
        lines.tell(line)
    with os.fdopen(write, "w") as full, monkeypatch.context() as streams:
        streams.setattr(sys, "stdout", full)
        end.print_new()  # returns, although the pipe takes no more
    with os.fdopen(read) as taken:
        first = taken.read().splitlines()
    assert 0 < len(first) < 200
    kept = io.StringIO()
    monkeypatch.setattr(sys, "stdout", kept)
    end.print_new()
    assert [*first, *kept.getvalue().splitlines()] == said


def test_a_reader_that_has_seen_enough_ends_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = lines.Lines(tmp_path / "lines")
    monkeypatch.setenv(lines.VARIABLE, str(end.path))
    read, write = os.pipe()
    os.close(read)
    lines.tell("to nobody")
    lines.tell("to nobody either")
    with os.fdopen(write, "w") as closed, monkeypatch.context() as streams:
        streams.setattr(sys, "stdout", closed)
        end.print_rest()
