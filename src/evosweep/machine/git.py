"""Get the working folder's commit from git without obeying the folder's own configuration.

A folder from elsewhere may have a `.git/config` that names programs (`core.fsmonitor`, filters),
and `git status` would run them. So git compares the files through a repository of our own. It uses
the folder's objects and a copy of its index, but only the user's configuration.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_ASKED = (
    *("HEAD", "--show-toplevel", "--show-object-format"),
    *("--git-path", "objects", "--git-path", "index"),
)
_CONFIG = """\
[core]
    repositoryFormatVersion = 1
    bare = false
[extensions]
    objectFormat = {}
"""
_SECONDS = 10


def commit_and_changes() -> tuple[str | None, bool | None]:
    """Return the commit, and True if a tracked file was changed; (None, None) outside of git."""
    try:
        answers = _git("rev-parse", "--path-format=absolute", *_ASKED)
        commit, top, object_format, objects, index = answers.splitlines()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None, None
    try:
        with tempfile.TemporaryDirectory(prefix="evosweep-git-") as folder:
            own = _borrow(
                own=Path(folder),
                commit=commit,
                object_format=object_format,
                objects=Path(objects),
                index=Path(index),
            )
            status = ("status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all")
            return commit, bool(_git(f"--git-dir={own}", f"--work-tree={top}", *status))
    except (OSError, subprocess.SubprocessError):
        return commit, None


def _borrow(*, own: Path, commit: str, object_format: str, objects: Path, index: Path) -> Path:
    """Make a repository in the empty folder `own` at `commit`, over the objects in `objects`."""
    (own / "refs").mkdir()
    (own / "objects" / "info").mkdir(parents=True)
    (own / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    (own / "config").write_text(_CONFIG.format(object_format))
    (own / "HEAD").write_text(f"{commit}\n")
    as_old = index.stat().st_mtime_ns
    shutil.copyfile(index, own / "index")
    # Of files as young as the index, which may have changed within their second, git reads the
    # content; so the copy is as old as the index.
    os.utime(own / "index", ns=(as_old, as_old))
    return own


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "core.fsmonitor=false", *words],
        env={name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        capture_output=True,
        text=True,
        check=True,
        timeout=_SECONDS,
    )
    return done.stdout.strip()
