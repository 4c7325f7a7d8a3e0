"""The entry point of the workflow image: it runs any command as the owner of the results folder.

The image's user has no rights, so that a container is never root by accident. But files in a
mounted folder must belong to the caller, whom a container does not know; so it takes the owner of
the results folder. A copy of `setpriv` in the image, which only the image's user may execute, can
change to this owner, but never to root, and drops every capability. Before a command starts, new
privileges are forbidden for good, so that neither this program nor another one gives the command
any right. With `--user` nothing needs to change.

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
    """Replace this process by the command `argv`; returns an exit code only if that fails."""
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
    """Return the command with `--cores all`, in all of Snakemake's spellings, replaced by
    `cpus`."""
    if Path(argv[0]).name != "snakemake":
        return argv
    joined = {f"{option}all": f"{option}{cpus}" for option in ("--cores=", "-c", "-c=")}
    return [
        str(cpus) if word == "all" and before in ("--cores", "-c") else joined.get(word, word)
        for before, word in zip(["", *argv], argv, strict=False)
    ]


def _become_owner(argv: list[str]) -> None:
    """Execute this program again as the owner of the results folder if we cannot write to it.

    If that is impossible, it raises InputError for commands that write results.
    """
    if os.access(RESULTS, os.W_OK):
        return
    owner = RESULTS.stat()
    if owner.st_uid == os.getuid():  # no folder is mounted there, and the image is read-only
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
    """Return True if a command needs a writable results folder."""
    program = Path(argv[0]).name
    if program == "evosweep":
        return next((word for word in argv[1:] if not word.startswith("-")), "") in _WRITERS
    return program == "snakemake" and not {"--version", "--help", "-h", "-v"} & set(argv)


def _forbid_new_privileges() -> None:
    """Let no program that this process starts gain rights; raises OSError if that fails."""
    if ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "cannot forbid new privileges")


def _may_change() -> bool:
    """Return True if `BECOME` can work here, with this user and these capabilities."""
    lines = Path("/proc/self/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    bounds = int(status.get("CapBnd", "0"), 16)
    forbidden = status.get("NoNewPrivs", "0").strip() != "0"
    return os.access(BECOME, os.X_OK) and bounds & _NEEDED == _NEEDED and not forbidden


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
