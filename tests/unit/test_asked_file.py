"""The list of a workflow's runs, which anybody may have written."""

import os
from pathlib import Path

import pytest

from evosweep.compare.read.grid import read_ids
from evosweep.errors import Damaged, InputError
from evosweep.inventory.asked_file import NAME, AskedRuns, read_asked, write_asked

RUNS = AskedRuns(problem="p", algorithm="a", backend="b", runs={"0" * 12: 1}, compare=["bits"])


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_asked(tmp_path) == []
    write_asked(tmp_path, [RUNS, RUNS])
    assert read_asked(tmp_path) == [RUNS, RUNS]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\n" * 1000, "Invalid JSON"),
        (RUNS.model_dump_json().replace('"bits"', ",".join(["1"] * 1001)).encode(), "1000"),
    ],
)
def test_a_list_of_another_form_is_damaged(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(Damaged, match=f"{NAME}: .*{message}"):
        read_asked(tmp_path)


def test_lists_are_read_up_to_their_bounds(tmp_path: Path) -> None:
    for name in (NAME, "asked.txt"):
        (tmp_path / name).touch()
        os.truncate(tmp_path / name, 2**26 + 1)
    with pytest.raises(Damaged, match="at most 67108864 are read"):
        read_asked(tmp_path)
    with pytest.raises(InputError, match="more than 33554432 bytes"):
        read_ids(tmp_path / "asked.txt")
