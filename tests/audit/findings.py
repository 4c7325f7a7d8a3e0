"""What the audit's checks share: where things are, programs that must succeed, what is found."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
OWN = Path(sys.executable).parent
"""The programs of the audit's own environment."""


class Finding(Exception):
    """What an audit found."""


def output(*words: object) -> bytes:
    """Return what a program prints; raises `Finding` with its last words if it fails."""
    command = [str(word) for word in words]
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace")
        raise Finding(f"{Path(command[0]).name}: {' '.join(said.split())[-500:]}")
    return done.stdout


def commit(folder: Path) -> None:
    """Write the files of the commit into a folder, so that no edit in between is seen.

    Their permissions are those of a checkout under `umask 022`.
    """
    archive = output("git", "-C", ROOT, "-c", "tar.umask=0022", "archive", "HEAD")
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
