"""What lies in results is opened in one place: links, pipes, devices and bombs are refused."""

import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evosweep.cli import main
from evosweep.config.spec import RunSpec
from evosweep.errors import Damaged, EvosweepError
from evosweep.files.opening import (
    open_descriptor,
    open_file,
    output_folder,
    read_bytes,
)
from evosweep.files.writing import copy_file, temporary_for, write_whole
from evosweep.records import journal
from evosweep.records.journal import JournalCorrupt, frame
from evosweep.records.tables import read_columns, read_rows


def _link(path: Path) -> None:
    path.with_name("target").write_bytes(b"secret")
    path.symlink_to("target")


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [_link, _device, os.mkfifo, Path.mkdir])
def test_only_regular_files_are_opened(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "record.json"
    make(path)
    with pytest.raises(Damaged, match=f"damaged: {tmp_path}: record.json: is "):
        read_bytes(path, 100)
    with pytest.raises(Damaged):
        copy_file(path, tmp_path / "copy")
    with pytest.raises(Damaged):
        next(journal.read(path))
    with pytest.raises(Damaged):
        read_columns(path, 10)


def test_a_file_larger_than_its_bound_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    with path.open("wb") as file:
        file.truncate(2**40)  # sparse
    with pytest.raises(Damaged, match="at most 100 are read"):
        read_bytes(path, 100)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "record.json").symlink_to("mine")
    write_whole(tmp_path / "record.json", b"new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert not (tmp_path / "record.json").is_symlink()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "export").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Damaged, match="is a link"):
        output_folder(tmp_path / "results", "export", "csv")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_temporary_file_that_is_there_already_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "urandom", bytes)
    temporary = temporary_for(tmp_path / "record.json")
    (tmp_path / "mine").write_text("mine")
    temporary.symlink_to("mine")
    with pytest.raises(EvosweepError, match="cannot write 3 bytes"):
        write_whole(tmp_path / "record.json", b"new")
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("refusal", [FileExistsError, FileNotFoundError])
def test_a_file_of_which_another_host_is_a_moment_ahead_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: type[OSError]
) -> None:
    """MooseFS says that it exists, sshfs that it is missing."""
    opened, refusals = os.open, iter(range(3))

    def sometimes(path: Path, flags: int, mode: int = 0o777) -> int:
        if next(refusals, None) is not None:
            raise refusal
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", sometimes)
    os.close(open_descriptor(tmp_path / "x", os.O_RDWR | os.O_CREAT))
    refusals = iter(range(3))
    with pytest.raises(refusal):
        open_descriptor(tmp_path / "y", os.O_RDWR | os.O_CREAT | os.O_EXCL)


def test_a_folder_of_results_may_itself_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "results").symlink_to(tmp_path / "disk")
    folder = output_folder(tmp_path / "results", "study")
    write_whole(folder / "x", b"1")
    with open_file(folder / "x") as file:
        assert file.read() == b"1"


def test_a_write_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(EvosweepError, match=r"cannot write 1 bytes \(Input/output error\)"):
        write_whole(tmp_path / "x", b"1")
    assert not list(tmp_path.iterdir())


def _journal(path: Path, *entries: bytes) -> Path:
    head = struct.pack("<8sHH12s", b"EVOSWJNL", 1, 0, b"0" * 12)
    path.write_bytes(head + struct.pack("<I", zlib.crc32(head)) + b"".join(entries))
    return path


def _chunk(count: int, objectives: int, rest: bytes = b"", kinds: int = 0) -> bytes:
    numbers = (1, kinds, objectives, 0, count, 0, 0.0, 0.0, bytes(16))
    return frame(struct.pack("<BBHIIIdd16s", *numbers) + rest)


@pytest.mark.parametrize(
    "entry",
    [
        _chunk(2**32 - 1, 1),
        _chunk(2**32 - 1, 0),
        _chunk(2**31, 65535, bytes(8)),
        _chunk(1, 1, bytes(8) + b"[" * 100_000, 4),
        _chunk(1, 1, bytes(8) + b'[{"unknown": 1}]', 4),
        _chunk(1, 1, bytes(9)),
        frame(b"\2"),
        frame(b""),
        frame(struct.pack("<Bdq", 2, float("nan"), 1)),
    ],
)
def test_a_journal_asks_for_no_more_than_it_has(tmp_path: Path, entry: bytes) -> None:
    path = _journal(tmp_path / "journal.bin", entry)
    with pytest.raises(JournalCorrupt, match=r"the entry that ends at byte \d+ is damaged"):
        list(journal.read(path))


def test_marks_of_damage_are_searched_in_linear_time(tmp_path: Path) -> None:
    marks = b"".join(b"\xe5EVO" + struct.pack("<II", 3_000_000, 0) for _ in range(400_000))
    path = _journal(tmp_path / "journal.bin", b"\0" * 20, marks)
    with pytest.raises(JournalCorrupt, match="many marks"):
        list(journal.read(path))


def test_a_table_takes_no_more_than_its_receipt_explains(tmp_path: Path) -> None:
    path = tmp_path / "population.parquet"
    pq.write_table(pa.table({"rank": np.zeros(1_000_000, np.int64)}), path)
    with pytest.raises(Damaged, match="its receipt explains 100 rows"):
        read_columns(path, 100)
    offsets, values = pa.array([0, 1_000_000], pa.int32()), pa.array(np.zeros(1_000_000, np.int64))
    pq.write_table(pa.table({"genome": pa.ListArray.from_arrays(offsets, values)}), path)
    with pytest.raises(Damaged, match="at most 100000 in a row are read"):
        list(read_rows(path, 100))
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 300, pa.int32()), pa.array(["a" * 10**7]))
    pq.write_table(pa.table({"genome": text}), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 10_000
    with pytest.raises(Damaged, match="bytes of text"):
        read_columns(path, 300)


def test_a_table_that_is_as_its_receipt_says_is_read(tmp_path: Path) -> None:
    path = tmp_path / "population.parquet"
    pq.write_table(pa.table({"genome": ["add(x, 1)"] * 300, "fitness_0": [1.0] * 300}), path)
    assert read_columns(path, 300, ["genome"]) == {"genome": ["add(x, 1)"] * 300}
    assert len(list(read_rows(path, 300))) == 300
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(Damaged, match="cannot be read"):
        read_columns(path, 300)


SPEC = {
    "problem": {"use": "onemax", "params": {"bits": 8}},
    "algorithm": {"use": "ea_simple", "params": {"population": 6, "generations": 2}},
    "backend": {"use": "serial", "workers": 1},
    "seed": 3,
}


@pytest.mark.parametrize(
    ("name", "code"),
    [("journal.bin", 2), ("run.lock", 2), ("record.json", 2), ("population.parquet", 0),
     ("logbook.parquet", 0), ("running.json", 0), ("failure.json", 0), ("", 2)],
)  # fmt: skip
def test_a_run_writes_nothing_through_a_link(
    tmp_path: Path, name: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = RunSpec.parse(SPEC).run_id
    home, runs = tmp_path / "home", tmp_path / "runs"
    for folder in (home, runs):
        folder.mkdir()
    (home / "mine").write_text("mine")
    if name:
        (runs / run_id).mkdir()
        (runs / run_id / name).symlink_to(home / "mine")
    else:
        (runs / run_id).symlink_to(home)
    job = ["--spec", json.dumps(SPEC), "--seeds", "3", "--out", str(runs)]
    assert main(["run", "--in-process", *job] if code == 0 else ["run", *job]) == code
    assert {path.name: path.read_text() for path in home.iterdir()} == {"mine": "mine"}
    if code:
        error = capsys.readouterr().err
        assert "Traceback" not in error
