"""Programs that perform many small runs in one process, since its start-up takes a second."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from evosweep.machine.environment import THREAD_VARIABLES

_SCOOP = ("-m", "scoop", "--quiet", "--host", "127.0.0.1", "-n", "2")


def digests(program: Path, how: str, folder: Path, *more: str) -> dict[str, str]:
    """The digests by name that `program HOW FOLDER ...` leaves there; ended with its group."""
    process = subprocess.Popen(
        [
            sys.executable,
            *(_SCOOP if how == "scoop" else ()),
            str(program),
            how,
            str(folder),
            *more,
        ],
        env=os.environ | dict.fromkeys(THREAD_VARIABLES, "1"),
        start_new_session=True,
    )
    try:
        process.wait(600)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    found: dict[str, str] = json.loads((folder / "digests.json").read_text())
    return found
