"""What a container costs a run, and what portable numerics cost, side by side in one go.

Start-up: a run of a few milliseconds, its whole command timed, by turns on the host and in each
engine that has the image `evosweep-run` (`make image`). Evaluation: seconds an evaluation in a
longer run, from its receipt. Numerics: NumPy's and OpenBLAS's kernels, native against portable.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from evosweep.containers.command_line import EngineContainer
from evosweep.containers.engines import look_at
from evosweep.errors import InputError
from evosweep.machine import numerics

EVOSWEEP = str(Path(sys.executable).with_name("evosweep"))
PIN = "import os; from evosweep.machine import numerics; os.environ.update(numerics.environment())"
KERNELS = """
import json, time, numpy
random = numpy.random.default_rng(0)
square, values = random.standard_normal((200, 200)), random.standard_normal(10_000)
rows, target = random.standard_normal((442, 10)), random.standard_normal(442)
def best(call):
    call()
    times = []
    for _ in range(9):
        began = time.perf_counter()
        for _ in range(20):
            call()
        times.append((time.perf_counter() - began) / 20)
    return min(times)
print(json.dumps({
    "matrix product, 200 x 200": best(lambda: square @ square),
    "least squares, 442 x 10": best(lambda: numpy.linalg.lstsq(rows, target, rcond=None)),
    "exp of 10,000": best(lambda: numpy.exp(values)),
    "pow of 10,000": best(lambda: numpy.power(numpy.abs(values), 1.3)),
    "sin of 10,000": best(lambda: numpy.sin(values)),
    "sort of 10,000": best(lambda: numpy.sort(values)),
    "sum of 10,000": best(lambda: values.sum()),
}))
"""


def main() -> int:
    """Print both tables; 0 also where an engine is missing, which is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_known_args()[0].repeats
    places = ["host", *(engine for engine in ("docker", "podman") if _is_ready(engine))]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config").mkdir()
        starts: dict[str, list[float]] = {place: [] for place in places}
        evaluations: dict[str, list[float]] = {place: [] for place in places}
        for _ in range(repeats):
            for place in places:
                starts[place].append(_run(place, folder, population=10, generations=1)[0])
        for _ in range(max(1, repeats // 3)):
            for place in places:
                record = _run(place, folder, population=300, generations=100)[1]
                seconds = record["timings"]["evaluation"] / record["evaluations"]
                evaluations[place].append(seconds)
    print("place    start-up [s]  above the host's [s]  evaluation [us]  ratio")
    start, cost = (statistics.median(of["host"]) for of in (starts, evaluations))
    for place in places:
        mine, evaluation = statistics.median(starts[place]), statistics.median(evaluations[place])
        print(f"{place:8} {mine:12.2f} {mine - start:21.2f} {evaluation * 1e6:16.2f}", end="")
        print(f"{evaluation / cost:7.2f}")
    _compare_numerics()
    return 0


def _is_ready(engine: str) -> bool:
    try:
        look_at(EngineContainer(engine))
    except InputError as error:
        print(f"without {engine}: {error}")
        return False
    return True


def _run(place: str, folder: str, **evolution: int) -> tuple[float, dict[str, Any]]:
    """Wall time of the command, and the receipt."""
    spec = {
        "problem": {"use": "onemax", "params": {"bits": 200}},
        "algorithm": {
            "use": "ea_simple",
            "params": evolution | {"crossover": 0.5, "mutation": 0.2},
        },
        "backend": {"use": "serial"},
        "seed": 1,
        "import_path": "config",
    }
    contain = [] if place == "host" else ["contain", "--engine", place, "--", "evosweep"]
    command = [EVOSWEEP, *contain, "run", "--fresh", "--spec", json.dumps(spec), "--out", "run"]
    shutil.rmtree(Path(folder) / "run", ignore_errors=True)
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    seconds = time.perf_counter() - began
    return seconds, json.loads((Path(folder) / "run" / "record.json").read_text())


def _compare_numerics() -> None:
    times = {}
    for mode in numerics.MODES:
        environment = {"EVOSWEEP_NUMERICS": mode, "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-c", PIN + KERNELS],
            env=os.environ | environment,
            check=True,
            capture_output=True,
        )
        times[mode] = json.loads(done.stdout)
    print("\nkernel                       native [us]  portable [us]  ratio")
    for kernel, native in times["native"].items():
        portable = times["portable"][kernel]
        print(f"{kernel:28} {native * 1e6:11.1f} {portable * 1e6:14.1f} {portable / native:6.2f}")


if __name__ == "__main__":
    sys.exit(main())
