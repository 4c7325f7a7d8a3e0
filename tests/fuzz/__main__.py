"""Fuzzes every reader: python tests/fuzz [--seconds N] [--readers NAME ...] [--grown FOLDER].

The seconds are divided among the readers; FUZZ_SECONDS is their default, else an hour. Findings are
kept in the corpus, so that `make test` repeats them: mend the reader, and commit both. What reached
new code is kept in GROWN, where the next call begins: an hour may be cut into pieces.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
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
_GRACE = 600.0  # seconds for imports and the last input, on a machine with other work


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
    parallel = max(1, len(os.sched_getaffinity(0)))
    each = options.seconds * parallel / len(names)
    with ThreadPoolExecutor(parallel) as pool:
        fuzz = partial(_fuzz, seconds=each, seed=options.seed, grown=options.grown)
        results = list(pool.map(fuzz, names))
    print("| reader | executions | findings |\n|---|---:|---:|")
    for result in results:
        print(f"| {result.reader} | {result.executions:,} | {len(result.findings)} |")
    print(f"| all | {sum(result.executions for result in results):,} | |")
    found = [line for result in results for line in result.findings]
    print("\n".join(["", *found]))
    return 1 if found else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/fuzz")
    seconds = float(os.environ.get("FUZZ_SECONDS") or _HOUR)
    parser.add_argument("--seconds", type=float, default=seconds)
    parser.add_argument("--readers", nargs="+", choices=sorted(READERS))
    parser.add_argument("--grown", type=Path, default=_GROWN)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def _fuzz(name: str, seconds: float, seed: int, grown: Path) -> _Result:
    """Fuzz a reader in other processes, one after the other as long as they crash."""
    result = _Result(name, 0, [])
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="evosweep-fuzz-", dir=_memory_disk()) as folder:
        while (left := end - time.monotonic()) > 0 and len(result.findings) < 20:
            words = [name, str(left), folder, str(grown / name), str(seed)]
            crash = _process(words, left)
            seed += 1
            _collect(result, Path(folder), crash)
            if crash is None:
                break
    return result


def _memory_disk() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _process(words: list[str], seconds: float) -> str | None:
    """Run one process to its end; returns its last words if it crashed."""
    program = [sys.executable, str(_HERE / "under_atheris.py")]
    try:
        done = subprocess.run(
            [*program, *words], check=False, capture_output=True, text=True, errors="replace",
            timeout=seconds + _GRACE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "does not end"
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.splitlines() if line.strip() and line[:5] != "INFO:"]
    return " ".join(lines[-3:]) or f"exit code {done.returncode}"


def _collect(result: _Result, folder: Path, crash: str | None) -> None:
    """Take over what a process has told, and keep its findings in the corpus."""
    told = folder / "told.json"
    if told.exists():
        words = json.loads(told.read_bytes())
        result.executions += words["executions"]
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


if __name__ == "__main__":
    sys.exit(main())
