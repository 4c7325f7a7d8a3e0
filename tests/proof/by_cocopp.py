"""Expected running times as cocopp reads them from `evosweep export --format coco`."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_READ = """
import json, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
import cocopp
sets = {}
for folder in sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir()):
    for data in cocopp.load(str(folder)):
        times = data.detERT([1e-8])
        sets[f"{folder.name} {data.funcId} {data.dim}"] = float(times[0])
print(json.dumps(sets))
"""


def expected_running_times(results: Path) -> dict[str, float]:
    """By `algorithm function dimension`, the evaluations until 1e-8 above the optimum.

    cocopp asks the network for newer archives when it is imported; it gets none, and goes on.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "coco"
        export = [sys.executable, "-m", "evosweep", "export", str(results), "--format", "coco"]
        subprocess.run([*export, "--out", str(out)], check=True, capture_output=True)
        read = subprocess.run(
            [sys.executable, "-c", _READ, str(out)],
            env=os.environ | {"HOME": scratch},
            cwd=scratch,
            check=True,
            capture_output=True,
            text=True,
        )
    times: dict[str, float] = json.loads(read.stdout.splitlines()[-1])
    return times
