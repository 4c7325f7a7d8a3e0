"""A profile's `config:`, which Snakemake drops where --config is given too."""

from pathlib import Path

import pytest

from evosweep.workflow import profile


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SNAKEMAKE_PROFILE", raising=False)
    (tmp_path / "config.yaml").write_text("cores: 2\nconfig:\n  container:\n    engine: docker\n")
    return tmp_path


def test_what_the_profile_sets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"container": {"engine": "docker"}}
    assert profile.config(["--profile", str(folder), "--cores", "2"]) == asked
    assert profile.config([f"--profile={folder}"]) == asked
    monkeypatch.setenv("SNAKEMAKE_PROFILE", str(folder))
    assert profile.config(["-n"]) == asked


@pytest.mark.parametrize("text", ["", "cores: 2", "config: 3", "{", "[1]"])
def test_a_profile_that_sets_nothing(folder: Path, text: str) -> None:
    (folder / "config.yaml").write_text(text)
    assert profile.config(["--profile", str(folder)]) == {}


def test_no_profile(folder: Path) -> None:
    assert profile.config(["--cores", "2"]) == {}
    assert profile.config(["--profile", str(folder / "none")]) == {}


@pytest.mark.parametrize("engine", ["docker", "podman", "apptainer"])
def test_the_profiles_that_are_here(engine: str) -> None:
    found = Path(__file__).parents[2] / "workflow" / "profiles" / engine
    assert profile.config(["--profile", str(found)]) == {"container": {"engine": engine}}
