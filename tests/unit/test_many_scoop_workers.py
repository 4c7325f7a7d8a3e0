"""SCOOP's origin evaluates where workers are few, and only directs them where they are many.

A worker with a chunk that others follow has asked for exactly one more, however many it has had.
"""

import json
import subprocess
import sys
from pathlib import Path

import engines
import pytest

_PROGRAM = """
import json, os, sys, time
import scoop
from evosweep.backends import scoop as engine

engine._MANY = int(sys.argv[1])

class Nap:
    batch, indices, seconds = 0, (), 0.0
    def __init__(self, number):
        self.number, self.followed, self.ahead = number, number < 50, None
    def work(self):
        if not scoop.IS_ORIGIN and engine._MANY == 3:
            asking = engine.asking()
            self.ahead = asking.asked - asking.begun
        time.sleep(0.01)
        self.process = os.getpid()
        return self

class Feed:
    # ends after two naps, and goes on with another one for each result
    def __init__(self):
        self.left, self.room = list(range(20)), 2
    def __iter__(self):
        return self
    def __next__(self):
        if not self.left or not self.room:
            raise StopIteration
        self.room -= 1
        return Nap(self.left.pop(0))

if __name__ == "__main__":
    backend = engine.Scoop(3)
    rounds = []
    with backend:
        for _ in range(2):
            results = dict(backend.run(map(Nap, range(60))))
            rounds.append((sorted(results), os.getpid() in {r.process for r in results.values()}))
            ahead = {True: set(), False: set()}
            for nap in results.values():
                if nap.process != os.getpid() and nap.ahead is not None:
                    ahead[nap.followed].add(nap.ahead)
            assert ahead[True] == ({1} if engine._MANY == 3 else set()), ahead
            assert ahead[False] <= {0, 1}, ahead
        feed, seen = Feed(), []
        for number, _ in backend.run(feed):
            seen.append(number)
            feed.room += 1
    assert sorted(seen) == list(range(20)), seen
    print(json.dumps([backend.workers, rounds]))
"""


@pytest.mark.parametrize(("many", "workers", "evaluates"), [(3, 2, False), (4, 3, True)])
@pytest.mark.thorough
def test_the_origin_evaluates_only_with_few_workers(
    tmp_path: Path, many: int, workers: int, evaluates: bool
) -> None:
    engines.require("scoop")
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    command = [sys.executable, "-m", "evosweep.entry.private_scoop", "-m", "scoop", "--quiet",
               "--host", "127.0.0.1", "-n", "3", str(program), str(many)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    line = next(line for line in done.stdout.splitlines() if line.startswith("["))
    assert json.loads(line) == [workers, [[list(range(60)), evaluates]] * 2], done.stderr
