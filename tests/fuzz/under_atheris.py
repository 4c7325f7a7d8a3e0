"""Fuzzes one reader in this process: python under_atheris.py READER SECONDS FOLDER GROWN [SEED].

atheris mutates what reached new code, and keeps it in GROWN. A wrong answer is kept in
FOLDER/findings and does not end the process; a crash of an extension module, an input that takes
too long or too much memory does.
"""

import json
import os
import shutil
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["evosweep"],
    exclude=["evosweep.algorithms", "evosweep.backends", "evosweep.fast", "evosweep.problems"],
    enable_loader_override=False,
):
    import targets

import corpus
import mutations
import reader

_OWN_SHARE = 0.5
"""Of mutations: those of mutations.py; the others are libFuzzer's."""
_TIMEOUT = 60  # seconds for one input, on a machine with other work
_MEMORY = 3000  # MB


class _Fuzzing:
    """Counts executions and keeps findings."""

    def __init__(self, name: str, folder: Path, seconds: float) -> None:
        scratch = folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)  # of a process that has crashed
        scratch.mkdir()
        self.trial = reader.Trial(targets.READERS[name], scratch)
        self.folder, self.begin, self.seconds = folder, time.process_time(), seconds
        self.executions = 0
        self.findings: dict[tuple[str, str], reader.Finding] = {}

    def one(self, data: bytes) -> None:
        """Give one input to the reader."""
        self.executions += 1
        finding = self.trial(data)
        if finding is not None:
            self._keep(finding)
        if self.executions % 64 == 0:
            self.tell()
            if self._spent() > self.seconds:
                os._exit(0)  # an exception would be a crash for libFuzzer

    def _spent(self) -> float:
        return time.process_time() - self.begin

    def _keep(self, finding: reader.Finding) -> None:
        before = self.findings.get(finding.key)
        if before is None or len(finding.data) < len(before.data):
            self.findings[finding.key] = finding
            self.tell()

    def tell(self) -> None:
        """Write what was found so far, since a crash may come any time."""
        found = self.folder / "findings"
        found.mkdir(exist_ok=True)
        lines = []
        for number, finding in enumerate(self.findings.values()):
            (found / str(number)).write_bytes(finding.data)
            lines.append(str(finding))
        told = {"executions": self.executions, "findings": lines, "seconds": self._spent()}
        draft = self.folder / "told.new"
        draft.write_text(json.dumps(told))
        draft.replace(self.folder / "told.json")


def _mutate(data: bytes, most: int, seed: int) -> bytes:
    if seed % 100 < 100 * _OWN_SHARE:
        return mutations.mutated(data, seed, most)
    return bytes(atheris.Mutate(data, most))


def main() -> None:
    """Fuzz until the time is over."""
    name, seconds, where = sys.argv[1], float(sys.argv[2]), Path(sys.argv[3])
    grown = Path(sys.argv[4])
    seed = sys.argv[5] if len(sys.argv) > 5 else "1"
    fuzzing = _Fuzzing(name, where, seconds)
    grown.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_len={mutations.MOST}", f"-timeout={_TIMEOUT}", f"-rss_limit_mb={_MEMORY}",
        f"-artifact_prefix={where}/", f"-seed={seed}", "-print_final_stats=0", "-verbosity=0",
        "-len_control=0", "-detect_leaks=0", str(grown), str(corpus.CORPUS / name),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], fuzzing.one, custom_mutator=_mutate)
    try:
        atheris.Fuzz()
    finally:
        fuzzing.tell()


if __name__ == "__main__":
    main()
