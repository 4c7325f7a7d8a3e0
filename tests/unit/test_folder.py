"""The folder of a run: its paths, how it is made and emptied, and which folders are runs."""

import os
from pathlib import Path

import pytest

from evosweep.errors import Damaged, InputError
from evosweep.records import interruptions
from evosweep.records.folder import RunFolder, find_runs, runs_folders

NAME = "0123456789ab"


def test_the_names_of_its_files(tmp_path: Path) -> None:
    """They are documented, and old results have them."""
    folder = RunFolder(tmp_path)
    names = {
        "record": "record.json", "population": "population.parquet", "logbook": "logbook.parquet",
        "journal": "journal.bin", "failure": "failure.json", "running": "running.json",
        "lock": "run.lock",
    }  # fmt: skip
    assert {each: getattr(folder, each) for each in names} == {
        each: tmp_path / name for each, name in names.items()
    }


def test_the_runs_of_an_experiment_share_their_sources(tmp_path: Path) -> None:
    assert RunFolder(tmp_path / "study" / "runs" / NAME).sources == tmp_path / "study" / "sources"
    assert RunFolder(tmp_path / NAME).sources == tmp_path / NAME / "sources"


@pytest.mark.parametrize(
    "name", ["0123456789a", f"{NAME}0", "0123456789AB", "0123456789ag", "copy"]
)
def test_only_a_run_id_is_a_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(Damaged) as refused:
        RunFolder(tmp_path / name).check_name()
    assert str(refused.value).startswith(f"damaged: {tmp_path / name}: its name is no run_id")
    assert refused.value.field == ""
    (tmp_path / NAME).mkdir()
    RunFolder(tmp_path / NAME).check_name()


def test_a_link_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / NAME).symlink_to("target")
    folder = RunFolder(tmp_path / NAME)
    for refused in (folder.check_name, folder.create):
        with pytest.raises(Damaged) as error:
            refused()
        assert (
            str(error.value) == f"damaged: {folder.path}: is a link; copy the run's folder itself"
        )
        assert error.value.field == ""
    named = RunFolder(tmp_path / "by its user")  # who may choose a link for one run
    named.path.symlink_to("target")
    named.create()


def test_it_is_made_with_its_parents_and_may_be_there(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "study" / "runs" / NAME)
    folder.create()
    (folder.path / "kept").touch()
    folder.create()
    assert (folder.path / "kept").exists()


def test_why_it_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot make the run's folder \(.*file is not a folder"):
        RunFolder(tmp_path / "file" / NAME).create()
    with pytest.raises(InputError, match=r"cannot make the run's folder \(No such file") as refused:
        RunFolder(Path("/proc/nothing")).create()
    assert str(refused.value).startswith("/proc/nothing: ")
    assert isinstance(refused.value.__cause__, OSError)


@pytest.mark.parametrize("missing", [os.W_OK, os.X_OK])
def test_a_folder_that_is_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: int
) -> None:
    def access(path: Path, needed: int) -> bool:
        return path != tmp_path or not needed & missing

    monkeypatch.setattr(os, "access", access)
    with pytest.raises(InputError, match="the run's folder is read-only") as refused:
        RunFolder(tmp_path).create()
    assert str(refused.value).startswith(f"{tmp_path}: ")


def test_nothing_is_removed_through_a_link_with_the_name_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    target = RunFolder(tmp_path / "target").record
    target.touch()
    run, named = RunFolder(tmp_path / NAME), RunFolder(tmp_path / "by its user")
    for folder in (run, named):
        folder.path.symlink_to("target")
    with pytest.raises(Damaged, match="is a link"):
        run.remove(run.record)
    assert target.exists()
    named.remove(named.record)
    assert not target.exists()


def test_drafts_are_swept_and_nothing_else(tmp_path: Path) -> None:
    drafts = (".record.json.1", ".population.parquet.x", ".journal.bin.abc")
    kept = ("record.json", "journal.bin", "run.lock", "interruptions.jsonl", "notes", ".hidden")
    for name in (*drafts, *kept):
        (tmp_path / name).touch()
    RunFolder(tmp_path).sweep()
    assert {path.name for path in tmp_path.iterdir()} == set(kept)


def test_what_earlier_attempts_left_is_discarded(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for path in (folder.record, folder.population, folder.logbook, folder.journal):
        path.touch()
    for path in (folder.failure, folder.running, folder.lock, tmp_path / "mine"):
        path.touch()
    interruptions.note(tmp_path, "stopped")
    assert interruptions.files(tmp_path)
    folder.discard()
    assert {path.name for path in tmp_path.iterdir()} == {"run.lock", "mine"}
    folder.discard()


def test_a_sweep_may_meet_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one has removed the file in between."""
    (tmp_path / ".record.json.1").touch()
    there = [".record.json.1"]
    RunFolder(tmp_path).sweep()
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(os, "listdir", lambda *_: there)
    RunFolder(tmp_path).sweep()


def test_a_sweep_takes_names_of_several_lines(tmp_path: Path) -> None:
    (tmp_path / ".two\nlines.json.1").touch()
    RunFolder(tmp_path).sweep()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_read_is_not_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> list[str]:
        raise PermissionError

    (tmp_path / ".record.json.1").touch()
    with monkeypatch.context() as patch:
        patch.setattr(os, "listdir", refused)
        RunFolder(tmp_path).sweep()
    assert [path.name for path in tmp_path.iterdir()] == [".record.json.1"]


def _study(folder: Path, *names: str) -> list[Path]:
    runs = [folder / "runs" / name for name in names]
    for run in runs:
        run.mkdir(parents=True)
    return runs


def test_runs_are_found_from_any_level(tmp_path: Path) -> None:
    second = _study(tmp_path / "second", "b" * 12, "a" * 12)[::-1]
    first = _study(tmp_path / "first", NAME, "only looks like a run")
    (tmp_path / "first" / "runs" / ".hidden").mkdir()
    (tmp_path / "first" / "runs" / "file").touch()
    (tmp_path / "elsewhere").mkdir()
    for level, expected in (
        (tmp_path, first + second),
        (tmp_path / "second", second),
        (tmp_path / "second" / "runs", second),
        (tmp_path / "elsewhere", []),
    ):
        assert [folder.path for folder in find_runs(level)] == expected
    with pytest.raises(InputError, match="there is no such folder of results") as refused:
        list(find_runs(tmp_path / "nowhere"))
    assert str(refused.value).startswith(str(tmp_path / "nowhere"))


def test_links_among_the_results_are_left_out(tmp_path: Path) -> None:
    _study(tmp_path / "study", NAME)
    (tmp_path / "again").symlink_to("study")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "runs").symlink_to("../study/runs")
    assert runs_folders(tmp_path) == [tmp_path / "study" / "runs"]
    assert runs_folders(tmp_path / "other") == []
    assert runs_folders(tmp_path / "other" / "runs") == [tmp_path / "other" / "runs"]
