"""What the workflow image starts: any command, as the owner of the mounted results folder.

The image's user is a number without rights, so that a container is never root by accident. Files
in a mounted folder must belong to the caller all the same, and a container is not told who that is:
the owner of the results folder tells it. One program in the image, a copy of `setpriv` that only
the image's user may execute, can change to that owner, never to root; it drops every capability on
the way. Before any command starts, new privileges are forbidden for good, so that neither that
program nor another one gives a command any right. With `--user` nothing has to change.

If `--cores all` is asked of Snakemake, the container's CPU quota counts as well.
"""

import ctypes
import os
import sys
from pathlib import Path

from evosweep.errors import EvosweepError, InputError
from evosweep.machine.cpus import available_cpus

RESULTS = Path("/evosweep/results")
BECOME = Path("/usr/local/evosweep/libexec/become")

_WRITERS = {"bundle", "compare", "export", "prune", "pull", "run", "sweep", "track", "ui"}
_NO_NEW_PRIVILEGES = 38
_NEEDED = 1 << 6 | 1 << 7 | 1 << 8  # CAP_SETGID, CAP_SETUID, CAP_SETPCAP


def main(argv: list[str]) -> int:
    """Replace this process by the command `argv`; returns only if that is impossible."""
    try:
        _become_owner(argv)
        command = capped(argv, available_cpus())
        _forbid_new_privileges()
        os.environ.setdefault("PYTHON_CPU_COUNT", str(available_cpus()))
        os.execvp(command[0], command)
    except EvosweepError as error:
        print(f"evosweep: error: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"evosweep: error: {argv[0]}: {error.strerror}", file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126


def capped(argv: list[str], cpus: int) -> list[str]:
    """Return the command with `--cores all`, in any of Snakemake's spellings, turned into
    `cpus`."""
    if Path(argv[0]).name != "snakemake":
        return argv
    joined = {f"{option}all": f"{option}{cpus}" for option in ("--cores=", "-c", "-c=")}
    return [
        str(cpus) if word == "all" and before in ("--cores", "-c") else joined.get(word, word)
        for before, word in zip(["", *argv], argv, strict=False)
    ]


def _become_owner(argv: list[str]) -> None:
    """Start again as the owner of the results folder, where this user cannot write to it.

    If that is impossible, raises InputError for commands that write results.
    """
    if os.access(RESULTS, os.W_OK):
        return
    owner = RESULTS.stat()
    if owner.st_uid == os.getuid():  # nothing is mounted there, and the image is read-only
        return
    if owner.st_uid != 0 and _may_change():
        identity = [f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        without_rights = ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
        again = [sys.executable, "-P", "-m", "evosweep.entry.workflow_image", *argv]
        os.execv(BECOME, [str(BECOME), *identity, *without_rights, "--", *again])
    if _writes_results(argv):
        before = "make it yourself before, or " if owner.st_uid == 0 else ""
        raise InputError(
            f"{RESULTS} belongs to user {owner.st_uid} and user {os.getuid()} cannot write to it: "
            f"{before}start the container with --user {owner.st_uid}:{owner.st_gid}"
        )


def _writes_results(argv: list[str]) -> bool:
    """Return True if a command is of no use without a results folder that it may write to."""
    program = Path(argv[0]).name
    if program == "evosweep":
        return next((word for word in argv[1:] if not word.startswith("-")), "") in _WRITERS
    return program == "snakemake" and not {"--version", "--help", "-h", "-v"} & set(argv)


def _forbid_new_privileges() -> None:
    """From here on, no program that is started gains a right; raises OSError if that fails."""
    if ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot forbid new privileges")


def _may_change() -> bool:
    """Return True if `BECOME` works here: for this user, with these capabilities, and not
    forbidden."""
    lines = Path("/proc/self/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    bounds = int(status.get("CapBnd", "0"), 16)
    forbidden = status.get("NoNewPrivs", "0").strip() != "0"
    return os.access(BECOME, os.X_OK) and bounds & _NEEDED == _NEEDED and not forbidden


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
