"""The commit of the working folder, asked of git without obeying the folder's own configuration.

A folder from elsewhere may bring a `.git/config` that names programs (`core.fsmonitor`, filters),
which `git status` runs. So the files are compared by a repository of our own, which borrows the
folder's objects and a copy of its index, and has no configuration but the user's.
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
    """Return the commit, and whether a tracked file differs from it; (None, None) outside a
    repository."""
    try:
        asked = _git("rev-parse", "--path-format=absolute", *_ASKED)
        commit, top, object_format, objects, index = asked.splitlines()
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
    """Return a repository in the empty folder `own`, at the same commit as that of `objects`."""
    (own / "refs").mkdir()
    (own / "objects" / "info").mkdir(parents=True)
    (own / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    (own / "config").write_text(_CONFIG.format(object_format))
    (own / "HEAD").write_text(f"{commit}\n")
    shutil.copyfile(index, own / "index")
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
