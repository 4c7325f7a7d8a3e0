"""CPU quotas of control groups, of both versions."""

import os
from pathlib import Path

import pytest

from evosweep.machine import cpus


@pytest.mark.parametrize(
    ("text", "expected"), [("150000 100000", 1.5), ("max 100000", None), ("", None), ("x", None)]
)
def test_version_two(tmp_path: Path, text: str, expected: float | None) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert cpus.cpu_quota(tmp_path) == expected


@pytest.mark.parametrize(("text", "expected"), [("200000", 2.0), ("-1", None)])
def test_version_one(tmp_path: Path, text: str, expected: float | None) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(text)
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    assert cpus.cpu_quota(tmp_path) == expected


@pytest.mark.parametrize(("text", "expected"), [("250000", 2), ("50000", 1), ("9900000", 4)])
def test_whole_cpus_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    (tmp_path / "cpu.max").write_text(f"{text} 100000")
    assert cpus.available_cpus(tmp_path) == expected


def test_without_a_quota_the_affinity_counts(tmp_path: Path) -> None:
    assert cpus.available_cpus(tmp_path) == len(os.sched_getaffinity(0))
