"""Fuzzes every reader: python tests/fuzz [--seconds N] [--readers NAME ...] [--grown FOLDER].

The seconds are of CPU, and divided among the readers; FUZZ_SECONDS is their default, else an hour.
Findings are kept in the corpus, so that `make test` repeats them: mend the reader, and commit both.
What reached new code is kept in GROWN, where the next call begins: an hour may be cut into pieces.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import corpus
from targets import READERS

_HERE = Path(__file__).parent
_GROWN = _HERE.parents[1] / ".fuzz" / "grown"
_HOUR = 3600.0
_STOP = threading.Event()
"""Set by SIGTERM: what was found until then is kept and printed."""


@dataclass
class _Result:
    """What came of one reader."""

    reader: str
    executions: int
    findings: list[str]


def main() -> int:
    """Fuzz; returns 1 if there are findings."""
    options = _options()
    names = options.readers or list(READERS)
    signal.signal(signal.SIGTERM, lambda *_: _STOP.set())
    fuzz = partial(
        _fuzz, seconds=options.seconds / len(names), seed=options.seed, grown=options.grown
    )
    print("| reader | executions | findings |\n|---|---:|---:|", flush=True)
    results = []
    with ThreadPoolExecutor(max(1, len(os.sched_getaffinity(0)))) as pool:
        for result in pool.map(fuzz, names):
            results.append(result)
            row = f"| {result.reader} | {result.executions:,} | {len(result.findings)} |"
            print("\n".join([row, *result.findings]), flush=True)
    found = sum(len(result.findings) for result in results)
    print(f"| all | {sum(result.executions for result in results):,} | {found} |")
    return 1 if found else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/fuzz")
    seconds = float(os.environ.get("FUZZ_SECONDS") or _HOUR)
    parser.add_argument("--seconds", type=float, default=seconds, help="of CPU, for all readers")
    parser.add_argument("--readers", nargs="+", choices=sorted(READERS))
    parser.add_argument("--grown", type=Path, default=_GROWN)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def _fuzz(name: str, seconds: float, seed: int, grown: Path) -> _Result:
    """Fuzz a reader in other processes, one after the other as long as they crash."""
    result = _Result(name, 0, [])
    spent = 0.0
    with tempfile.TemporaryDirectory(prefix="evosweep-fuzz-", dir=_memory_disk()) as folder:
        while spent < seconds and len(result.findings) < 20 and not _STOP.is_set():
            words = [name, str(seconds - spent), folder, str(grown / name), str(seed)]
            crash = _process(words)
            spent += _collect(result, Path(folder), crash)
            seed += 1
            if crash is None:
                break
    return result


def _memory_disk() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _process(words: list[str]) -> str | None:
    """Run one process to its end; returns its last words if it crashed."""
    program = [sys.executable, str(_HERE / "under_atheris.py"), *words]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(program, stdout=said, stderr=said)
        while process.poll() is None and not _STOP.is_set():
            time.sleep(0.2)
        process.terminate()
        code = process.wait()
        said.seek(0)
        lines = said.read().decode(errors="replace").splitlines()
    if code == 0 or _STOP.is_set():
        return None
    lines = [line for line in lines if line.strip() and line[:5] != "INFO:"]
    return " ".join(lines[-3:]) or f"exit code {code}"


def _collect(result: _Result, folder: Path, crash: str | None) -> float:
    """Take over what a process has told, and keep its findings in the corpus; returns its seconds
    of CPU, at least one."""
    told = folder / "told.json"
    seconds = 1.0
    if told.exists():
        words = json.loads(told.read_bytes())
        result.executions += words["executions"]
        seconds = max(seconds, words["seconds"])
        kept = corpus.add(result.reader, (p.read_bytes() for p in folder.glob("findings/*")))
        result.findings += words["findings"]
        told.unlink()
        for path in folder.glob("findings/*"):
            path.unlink()
        assert len(kept) <= len(result.findings)
    for path in (each for pattern in ("crash-*", "timeout-*", "oom-*", "slow-*")
                 for each in folder.glob(pattern)):  # fmt: skip
        (kept_at,) = corpus.add(result.reader, [path.read_bytes()])
        result.findings.append(f"{result.reader}: {path.name.partition('-')[0]}: {kept_at}")
        path.unlink()
    if crash is not None:
        result.findings.append(f"{result.reader}: its process ended: {crash[-300:]}")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
