"""What the workflow image starts: any command, as the owner of the mounted results folder.

The image's user is a number without rights, so that a container is never root by accident. Files
in a mounted folder must belong to the caller all the same, and a container is not told who that is:
the owner of the results folder says so. One program in the image, a copy of `setpriv` that only
that user may execute, can change to that owner; it drops every capability on the way, and
forbids to gain any again. With `--user` the container already is who it should be.

Where `--cores all` is asked of Snakemake, the container's CPU quota counts as well.
"""

import os
import sys
from pathlib import Path

from evosweep.errors import EvosweepError, InputError
from evosweep.machine.cpus import available_cpus

RESULTS = Path("/evosweep/results")
BECOME = Path("/usr/local/evosweep/libexec/become")

_NEEDED = 1 << 6 | 1 << 7 | 1 << 8  # CAP_SETGID, CAP_SETUID, CAP_SETPCAP


def main(argv: list[str]) -> int:
    """Replace this process by the command `argv`; returns only where that is impossible."""
    try:
        _become_owner(argv)
        command = capped(argv, available_cpus())
        os.environ.setdefault("PYTHON_CPU_COUNT", str(available_cpus()))
        os.execvp(command[0], command)
    except EvosweepError as error:
        print(f"evosweep: error: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"evosweep: error: {argv[0]}: {error.strerror}", file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126


def capped(argv: list[str], cpus: int) -> list[str]:
    """The command with `--cores all`, in any of Snakemake's spellings, turned into `cpus`."""
    if Path(argv[0]).name != "snakemake":
        return argv
    joined = {f"{option}all": f"{option}{cpus}" for option in ("--cores=", "-c", "-c=")}
    return [
        str(cpus) if word == "all" and before in ("--cores", "-c") else joined.get(word, word)
        for before, word in zip(["", *argv], argv, strict=False)
    ]


def _become_owner(argv: list[str]) -> None:
    """Start again as the owner of the results folder, where this user cannot write to it."""
    if os.access(RESULTS, os.W_OK):
        return
    owner = RESULTS.stat()
    if owner.st_uid == os.getuid():  # nothing is mounted there, and the image is read-only
        return
    if not _may_change():
        raise InputError(
            f"{RESULTS} belongs to user {owner.st_uid} and user {os.getuid()} cannot write to it: "
            f"start the container with --user {owner.st_uid}:{owner.st_gid}"
        )
    if owner.st_uid == 0 and _root_is_real():
        print("evosweep: results/ belongs to root, and so will the files in it", file=sys.stderr)
    identity = [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    without_rights = ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
    again = [sys.executable, "-m", "evosweep.entry.workflow_image", *argv]
    os.execv(BECOME, [str(BECOME), *identity, *without_rights, "--", *again])


def _root_is_real() -> bool:
    """Whether user 0 is the machine's; rootless podman's is the caller."""
    return Path("/proc/self/uid_map").read_text().split()[:2] == ["0", "0"]


def _may_change() -> bool:
    """Whether `BECOME` works here: for this user, with these capabilities, and not forbidden."""
    lines = Path("/proc/self/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    bounds = int(status.get("CapBnd", "0"), 16)
    forbidden = status.get("NoNewPrivs", "0").strip() != "0"
    return os.access(BECOME, os.X_OK) and bounds & _NEEDED == _NEEDED and not forbidden


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
