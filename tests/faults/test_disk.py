"""Kills at every act on files, damaged journals, disks that fill up, folders that are read-only."""

import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fault_table import Injection
from hits import hit, kills, left_by
from runs import HERE, Run, spec
from windows import AFTER_LAST, BETWEEN, OF_A_RUN, REPLAY, UNNAMED, UNSYNCED

from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.records.folder import RunFolder
from evosweep.records.journal import JournalCorrupt
from evosweep.run.attempt import Attempt, run_one

WINDOWS = [window for window in OF_A_RUN if window != REPLAY]
"""A first attempt repeats nothing: test_windows.py kills the second one."""
FAULT = "a kill before an act on files: write, sync, rename, ..."


def _quick() -> dict[str, Any]:
    return spec(seconds=0.0)


def _inject(before: int | str, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(HERE / "inject.py"), str(before), json.dumps(_quick())]
    return subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)


@pytest.mark.filterwarnings("ignore:.*torn tail")
@pytest.mark.parametrize("window", [pytest.param(each, marks=kills(each)) for each in WINDOWS])
def test_killed_in_each_window(
    tmp_path: Path, injected: Any, undisturbed: dict[str, Any], window: str
) -> None:
    """Before the first act in it."""
    killed = _inject(window, tmp_path / "run")
    with injected(FAULT) as one:
        _goes_on(tmp_path / "run", killed, one, undisturbed["evaluations"])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*torn tail")
@kills(*WINDOWS)
def test_killed_at_every_act_on_files(
    tmp_path: Path, injected: Any, undisturbed: dict[str, Any]
) -> None:
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        killed = _inject(number, folder)
        if killed.returncode == 0:  # it had fewer acts: how many depends on the time it took
            break
        with injected(FAULT) as one:
            _goes_on(folder, killed, one, undisturbed["evaluations"])
    assert number > 20


def _goes_on(
    folder: Path, killed: "subprocess.CompletedProcess[str]", one: Injection, evaluations: int
) -> None:
    """The run was killed where it said, as what it left shows, and goes on.

    Acts alone do not tell which entry is the last one; the journal that is left does.
    """
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    window, left = killed.stderr.splitlines()[-1], left_by(folder, evaluations)
    expected = {BETWEEN: (BETWEEN, AFTER_LAST), UNSYNCED: (BETWEEN, AFTER_LAST, UNNAMED)}
    assert left in expected.get(window, (window,))
    hit(window if window == UNSYNCED else left)
    started = time.monotonic()
    one.digest = _finish(folder)
    one.recovery = time.monotonic() - started


def _finish(folder: Path, fresh: bool = False) -> str:
    """The digest after the same command was called again, in this process."""
    with create("serial") as backend:
        attempt = Attempt(fresh=fresh)
        record = run_one(RunSpec.parse(_quick()), RunFolder(folder), backend, attempt)
    left = {path.name for path in folder.iterdir()} - {"sources"}
    assert left == {"record.json", "population.parquet", "logbook.parquet", "journal.bin"}
    return str(record.population_digest)


@pytest.mark.filterwarnings("ignore:.*torn tail")
@pytest.mark.parametrize("flips", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_damaged_journal(tmp_path: Path, injected: Any, flips: int) -> None:
    """A flipped bit is refused or cut off with the tail; every truncation length is made good."""
    _finish(tmp_path / "whole")
    whole = (tmp_path / "whole" / "journal.bin").read_bytes()
    for bit in random.sample(range(len(whole) * 8), flips):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        with injected("a flipped bit in the journal") as one:
            one.digest = _from_damaged(tmp_path / "damaged", bytes(data), f"bit {bit}")
    for length in range(0, len(whole), 1 if flips >= 1000 else 61):
        with injected("a journal cut to any length") as one:
            one.digest = _from_damaged(tmp_path / "damaged", whole[:length])


def _from_damaged(folder: Path, journal: bytes, refusable: str = "") -> str:
    """The digest of a run that finds this journal; where it is refused, by `--fresh` as it says."""
    folder.mkdir()
    (folder / "journal.bin").write_bytes(journal)
    try:
        digest = _finish(folder)
    except JournalCorrupt as refusal:
        said = str(refusal)
        assert refusable, said
        assert f"{folder}/journal.bin" in said, refusable
        assert "--fresh" in said, refusable
        assert not (folder / "record.json").exists(), refusable
        digest = _finish(folder, fresh=True)
    shutil.rmtree(folder)
    return digest


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Any]:
    """A tmpfs of a size of its own, which can grow."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def size(kilobytes: int, how: str = "") -> Path:
        options = f"{how}size={kilobytes}k"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)
        return disk

    if (
        os.geteuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "tmpfs", disk], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("mounting a tmpfs needs root and the right to mount")
    subprocess.run(["umount", disk], check=True)
    yield size
    while os.path.ismount(disk):
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.parametrize("step", [12, pytest.param(4, marks=pytest.mark.slow)])
def test_a_disk_that_fills(small_disk: Any, injected: Any, step: int) -> None:
    """At every size (a tmpfs gives out pages of 4 KiB) up to that which holds the whole run."""
    kilobytes, code = 4, 1
    while code != 0:
        disk = small_disk(kilobytes)
        run = Run(disk / "run", _quick())
        code, errors = run.complete()
        if code != 0:
            with injected("a disk that fills") as one:
                assert code in (1, 2)
                assert len(errors.splitlines()) == 1, errors
                assert str(disk) in errors
                assert "No space left on device" in errors
                assert not (disk / "run" / "record.json").exists()
                one.left = len(run.left_after())
                small_disk(4096, "remount,")
                again, errors = run.complete()
                assert again == 0, errors
                one.digest = run.digest
        subprocess.run(["umount", disk], check=True)
        kilobytes += step
        assert kilobytes < 400


def test_a_read_only_folder_is_named(small_disk: Any) -> None:
    disk = small_disk(1024, "ro,")
    run = Run(disk / "run", _quick())
    code, errors = run.complete()
    assert code == 2
    assert len(errors.splitlines()) == 1
    assert f"{disk}/run" in errors


def test_a_program_that_is_not_deterministic_is_stopped(make_run: Any, tmp_path: Path) -> None:
    run = make_run()
    run.spec["algorithm"] = {"use": "troubled:clock", "params": {"note": str(tmp_path / "note")}}
    code, errors = run.complete()
    assert code == 1
    assert "batch 1" in errors
    assert "not deterministic" in errors
    assert "clock" in errors
    assert "--fresh" in errors
