"""The commit in a receipt: asked of git, and nothing of the folder's configuration is run."""

import subprocess
import time
from pathlib import Path

import pytest

from evosweep.machine.git import commit_and_changes


def _git(*words: str) -> str:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    done = subprocess.run(["git", *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The commit of a repository in the working folder, which tracks one file."""
    monkeypatch.chdir(tmp_path)
    _git("init", "--quiet")
    Path("kept.txt").write_text("first\n")
    _git("add", "kept.txt")
    _git("commit", "--quiet", "--message", "first")
    return _git("rev-parse", "HEAD")


def test_a_clean_folder_and_a_changed_one(commit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert commit_and_changes() == (commit, False)
    Path("new.txt").write_text("not tracked\n")
    assert commit_and_changes() == (commit, False)
    Path("below").mkdir()
    monkeypatch.chdir("below")
    assert commit_and_changes() == (commit, False)
    Path("../kept.txt").write_text("other\n")
    assert commit_and_changes() == (commit, True)
    _git("add", "../kept.txt")
    assert commit_and_changes() == (commit, True)


def test_a_change_within_the_second_of_its_commit_is_seen(commit: str) -> None:
    """Git's index has whole seconds, and both texts are of one length."""
    _wait_for_a_second()
    Path("kept.txt").write_text("again\n")
    _git("commit", "--quiet", "--all", "--message", "again")
    Path("kept.txt").write_text("other\n")
    _wait_for_a_second()
    found, changed = commit_and_changes()
    assert found != commit
    assert changed


def _wait_for_a_second() -> None:
    """Wait until a new second has begun."""
    time.sleep(1 - time.time() % 1)


def test_a_worktree_of_its_own(commit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _git("worktree", "add", "--quiet", "beside")
    monkeypatch.chdir("beside")
    assert commit_and_changes() == (commit, False)


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert commit_and_changes() == (None, None)


@pytest.mark.parametrize(
    ("key", "command"),
    [("core.fsmonitor", "touch {}; false"), ("filter.own.clean", "touch {}; cat")],
)
def test_programs_that_the_folder_names_are_not_run(
    commit: str, tmp_path: Path, key: str, command: str
) -> None:
    mark = tmp_path / "owned"
    _git("config", key, command.format(mark))
    Path(".gitattributes").write_text("*.txt filter=own\n")
    Path("kept.txt").write_text("other\n")
    assert commit_and_changes() == (commit, True)
    assert not mark.exists()
    _git("status")
    assert mark.exists()  # the trap is a real one
