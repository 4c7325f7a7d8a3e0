"""The program that keeps SCOOP's workers on another host: they end with it, however it ends."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hits import hit, kills
from windows import WATCHED

from evosweep.processes import kill

KEEPER = """
import os, sys
from evosweep.entry import workers_elsewhere
os.environ["EVOSWEEP_BOARD"] = sys.argv[1]
start = workers_elsewhere._started

def started(_):
    worker = start(["sleep", "600"])
    print(worker.pid, file=sys.stderr, flush=True)
    return worker

workers_elsewhere._started = started
workers_elsewhere._work({"spec": {}, "count": 1, "words": []}, workers_elsewhere.Path(sys.argv[1]))
"""
SPEC = """
from evosweep.entry import hosts_elsewhere
hosts_elsewhere.terms_of = str
"""


@kills(WATCHED)
@pytest.mark.parametrize("how", ["it is killed", "its connection ends in a message"])
def test_workers_end_with_their_keeper(tmp_path: Path, how: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SPEC + KEEPER, str(tmp_path)], start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as keeper:  # fmt: skip
        assert keeper.stdout is not None
        assert keeper.stderr is not None
        assert "ready" in keeper.stdout.readline()
        worker = int(keeper.stderr.readline())
        if how == "it is killed":
            keeper.kill()
        keeper.stdout.close()  # its input stays open, so the next message finds the end
        assert keeper.wait(600) == -signal.SIGKILL
        while kill.is_alive(worker):
            time.sleep(0.02)
        hit(WATCHED)
