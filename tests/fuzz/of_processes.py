"""Readers of what other processes and hosts tell: boards, lines, answers of programs."""

import json
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import seeds
from reader import Reader

from evosweep.config.spec import RunSpec
from evosweep.containers import engines
from evosweep.entry import hosts_elsewhere
from evosweep.processes import activity
from evosweep.processes.lines import Lines
from evosweep.supervision.job_folder import JobFolder

_SPEC = RunSpec.parse(seeds.spec().decode()).to_dict()


def _board(path: Path) -> None:
    for note in activity.notes(path.parent):
        assert note.overdue in (True, False)
        json.dumps([note.pid, note.batch, note.index])


def _board_names(path: Path) -> None:
    name = path.read_bytes().replace(b"/", b"").replace(b"\0", b"")[:50].decode(errors="replace")
    with suppress(OSError, ValueError):
        (path.parent / name).touch()
        activity.pids(path.parent)
        (path.parent / name).unlink()
        return
    activity.pids(path.parent)


def _lines(path: Path) -> None:
    lines = Lines(path)
    lines.print_new()
    lines.begin()
    lines.print_rest()


class _Ended(Exception):
    """The process would have ended here, after its report."""


def _host(path: Path) -> None:
    """Lines of another host, in the thread that reads them."""
    job = JobFolder(path.parent, _SPEC, [1], out=path.parent, several=False)
    job.board.mkdir(exist_ok=True)
    host = hosts_elsewhere._Host("n1", 1, [], "", job=job, expected=lambda: "{}")
    with patch.object(hosts_elsewhere.os, "_exit", side_effect=_Ended), path.open("rb") as lines:
        for line in (
            hosts_elsewhere.told(lines)
            if hasattr(hosts_elsewhere, "told")
            else (each.decode(errors="replace") for each in lines)
        ):
            host._hear(line)


def _inspected(path: Path) -> None:
    """What an engine says of an image."""
    answer = engines.subprocess.CompletedProcess([], 0, path.read_bytes().decode(errors="replace"))
    with patch.object(engines, "_ask", return_value=answer):
        engines._look_at_image("docker", "evosweep-run")


def _job(path: Path) -> None:
    """The job's own files, which a killed process may have torn."""
    job = JobFolder(path.parent, _SPEC, [1], out=path.parent, several=False)
    for name in ("outcome.json", "current.json", "lost.json"):
        path.with_name(name).write_bytes(path.read_bytes())
    job.last_word()
    job.current()


READERS = [
    Reader("board", _board, "board/4711"),
    Reader("board_names", _board_names, "board/4711", is_file=False),
    Reader("lines", _lines, "lines.jsonl", is_file=False),
    Reader("host", _host, "lines.jsonl", raises=(_Ended,), is_file=False),
    Reader("engine", _inspected, is_file=False),
    Reader("job", _job, "job/outcome.json", is_file=False),
]
