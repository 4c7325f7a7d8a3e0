"""Files that are written together replace what is there, and follow no link below their folder."""

from pathlib import Path

import pytest

from evosweep.errors import Damaged, EvosweepError
from evosweep.files.writing import write_all


def test_copies_and_contents_replace_what_is_there(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)
    folder = tmp_path / "artifacts" / "run"
    folder.mkdir(parents=True)
    (folder / "a").write_bytes(b"an older and longer one")
    write_all(folder, {"a": b"new", "plots/b": source, "plots/c": b""}, inside=tmp_path)
    assert (folder / "a").read_bytes() == b"new"
    assert (folder / "plots" / "b").read_bytes() == source.read_bytes()
    assert sorted(path.name for path in folder.rglob("*")) == ["a", "b", "c", "plots"]


def test_a_link_is_replaced_and_a_linked_folder_is_refused(tmp_path: Path) -> None:
    inside, outside = tmp_path / "results", tmp_path / "outside"
    for each in (inside, outside):
        each.mkdir()
    (outside / "kept").write_bytes(b"kept")
    (inside / "a").symlink_to(outside / "kept")
    (inside / "plots").symlink_to(outside)
    write_all(inside, {"a": b"new"}, inside=inside)
    assert not (inside / "a").is_symlink()
    with pytest.raises(Damaged, match="plots: is a link"):
        write_all(inside, {"plots/a": b"new"}, inside=inside)
    assert [path.name for path in outside.iterdir()] == ["kept"]
    assert (outside / "kept").read_bytes() == b"kept"


def test_what_cannot_be_read_or_written_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        write_all(tmp_path, {"a": tmp_path / "missing"}, inside=tmp_path)
    (tmp_path / "b").mkdir()
    with pytest.raises(EvosweepError, match=r"b: cannot write it .*make room"):
        write_all(tmp_path, {"b": b""}, inside=tmp_path)
