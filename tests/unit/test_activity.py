"""The seats of processes on a board."""

import subprocess
import sys
from pathlib import Path

from evosweep.processes import activity

FORKING = """
import os, sys
from evosweep.processes import activity
activity.seat().take(1, 2)
child = os.fork()
if child == 0:
    activity.seat().take(3, 4)
    os._exit(0)
_, status = os.waitpid(child, 0)
assert status == 0
print(os.getpid(), child)
"""


def test_a_forked_child_has_a_seat_of_its_own(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKING],
        env={activity.FOLDER_VARIABLE: str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    parent, child = map(int, done.stdout.split())
    notes = {note.pid: (note.batch, note.index) for note in activity.notes(tmp_path)}
    assert notes == {parent: (1, 2), child: (3, 4)}
