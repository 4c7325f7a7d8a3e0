"""Why work on a run ended: one file for each host, read together."""

from pathlib import Path

import pytest

from evosweep.processes import address
from evosweep.records import interruptions
from evosweep.records.folder import RunFolder


def test_each_host_writes_its_own_file_and_all_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([3.0, 1.0, 2.0])
    monkeypatch.setattr(interruptions.time, "time", lambda: 1e9 + next(times))
    for host, why in (("a/1", "third"), ("a/2", "first"), ("a/1", "second")):
        monkeypatch.setattr(address, "of_this_host", lambda: host)  # noqa: B023
        interruptions.note(tmp_path, why)
    lines = [len(path.read_text().splitlines()) for path in interruptions.files(tmp_path)]
    assert sorted(lines) == [1, 2]
    found = interruptions.read(tmp_path, resumed=4)
    assert [each["why"] for each in found] == ["first", "second", "third", interruptions.KILLED]
    RunFolder(tmp_path).discard()
    assert interruptions.files(tmp_path) == []


def test_what_an_earlier_version_wrote_is_read_and_what_is_no_line_is_not(tmp_path: Path) -> None:
    line = '{"why": "SIGTERM", "at": "2026-11-01T10:00:00+00:00", "host": "a"}'
    (tmp_path / "interruptions.jsonl").write_text(f"{line}\n[]\n{{}}\nx\n")
    assert [each["why"] for each in interruptions.read(tmp_path, resumed=1)] == ["SIGTERM"]
