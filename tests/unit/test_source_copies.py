"""Copies of sources: one for each digest, whole or not there, read with care."""

import os
from pathlib import Path

import pytest

from evosweep.config.spec import RunSpec
from evosweep.plugins import search, sources
from evosweep.records import source_copies
from evosweep.records.folder import RunFolder
from evosweep.records.source_copies import keep_sources, read_copies


@pytest.fixture
def spec(tmp_path: Path) -> RunSpec:
    for cached in (sources._digest, sources.file_digest, sources.tree, search._find):
        cached.cache_clear()
    mine = tmp_path / "mine"
    (mine / "kept_parts").mkdir(parents=True)
    (mine / "kept_problem.py").write_text("import kept_parts.one\ndef build(): pass\n")
    (mine / "kept_parts" / "__init__.py").write_text("")
    (mine / "kept_parts" / "one.py").write_text("# é\nONE = 1\n")
    return RunSpec.parse(
        {
            "problem": {"use": "kept_problem:build"},
            "algorithm": {"use": "ea_simple"},
            "backend": {"use": "serial"},
            "seed": 1,
            "import_path": str(mine),
        }
    )


def test_runs_of_an_experiment_share_one_copy(spec: RunSpec, tmp_path: Path) -> None:
    experiment = tmp_path / "results" / "study"
    for name in ("000000000001", "000000000002"):
        keep_sources(spec, RunFolder(experiment / "runs" / name).sources)
    copies = sorted(path.name for path in (experiment / "sources").iterdir())
    assert copies == sorted(spec.sources.values())
    assert read_copies(experiment / "sources", spec.sources["problem"]) == {
        "kept_problem.py": "import kept_parts.one\ndef build(): pass\n",
        "kept_parts/__init__.py": "",
        "kept_parts/one.py": "# é\nONE = 1\n",
    }
    assert "evosweep/algorithms/generation.py" in read_copies(
        experiment / "sources", spec.sources["algorithm"]
    )


def test_a_run_outside_of_an_experiment_keeps_its_own(tmp_path: Path) -> None:
    assert RunFolder(tmp_path / "alone").sources == tmp_path / "alone" / "sources"


def test_a_copy_serves_as_import_path(spec: RunSpec, tmp_path: Path) -> None:
    keep_sources(spec, tmp_path / "kept")
    copy = tmp_path / "kept" / spec.sources["problem"]
    assert sources.digest("problem", "kept_problem:build", str(copy)) == spec.sources["problem"]


def test_sources_that_are_too_large_or_cannot_be_written_cost_nothing(
    spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_copies, "MAX_BYTES", 10)
    keep_sources(spec, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    monkeypatch.undo()
    (tmp_path / "kept").touch()
    keep_sources(spec, tmp_path / "kept")


@pytest.mark.parametrize("kind", ["link", "folder link", "fifo", "long", "name"])
def test_what_is_no_plain_copy_is_not_read(
    spec: RunSpec, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, digest = tmp_path / "kept", spec.sources["problem"]
    keep_sources(spec, kept)
    (tmp_path / "secret.py").write_text("secret")
    if kind == "link":
        (kept / digest / "also.py").symlink_to(tmp_path / "secret.py")
    elif kind == "folder link":
        (kept / digest).rename(tmp_path / "moved")
        (kept / digest).symlink_to(tmp_path / "moved")
    elif kind == "fifo":
        os.mkfifo(kept / digest / "also.py")
    elif kind == "long":
        monkeypatch.setattr(source_copies, "MAX_BYTES", 10)
    else:
        digest = "../kept"
    assert read_copies(kept, digest) == {}
