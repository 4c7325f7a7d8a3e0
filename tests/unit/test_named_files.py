"""Files that a user names: links are followed, and nothing but a regular file is read."""

import os
from pathlib import Path

import pytest

from evosweep.errors import Damaged, InputError
from evosweep.files import strict_json
from evosweep.files.opening import last_bytes, read_named, read_text


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("é", encoding="utf-8")
    (tmp_path / "link").symlink_to("file")
    assert read_text(tmp_path / "link", 2) == "é"


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(InputError, match="is no regular file"):
            read_named(path, 10)
    with pytest.raises(InputError, match="is no name of a file"):
        read_named(Path("a\0b"), 10)
    with pytest.raises(FileNotFoundError):
        read_named(tmp_path / "missing", 10)


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789\xff")
    assert last_bytes(path, 3) == b"89\xff"
    assert last_bytes(path, 100) == path.read_bytes()
    with pytest.raises(InputError, match="has more than 10 bytes"):
        read_named(path, 10)
    with pytest.raises(InputError, match="is no UTF-8 text"):
        read_text(path, 11)
    (tmp_path / "link").symlink_to("file")
    with pytest.raises(Damaged):
        last_bytes(tmp_path / "link", 3)


@pytest.mark.parametrize("text", ["[" * 100_000, b"{", b"\xff", "9" * 5000])
def test_json_that_cannot_be_read_is_one_kind_of_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        strict_json.loads(text)
