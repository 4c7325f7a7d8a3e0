"""A resumed run never mixes floating point, unless it is told to, and then it says so."""

import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pythons
from hits import hit, kills, of_journal
from windows import BETWEEN

from evosweep.backends.serial import Serial
from evosweep.backends.table import create
from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.evaluation import agreement
from evosweep.machine import environment, fingerprint
from evosweep.processes.lock import Locked
from evosweep.records.folder import RunFolder
from evosweep.records.journal import Journal, read
from evosweep.records.record import Record
from evosweep.run.attempt import Attempt, run_one
from evosweep.run.repetition import differences_of_circumstances

PARAMS = {"population": 20, "generations": 5, "crossover": 0.5, "mutation": 0.3}
SPEC: dict[str, Any] = {
    "problem": {"use": "onemax", "params": {"bits": 20}},
    "algorithm": {"use": "ea_simple", "params": PARAMS},
    "backend": {"use": "serial"},
    "seed": 1,
}


def _run(folder: Path, **attempt: Any) -> Record:
    with create("serial") as backend:
        return run_one(RunSpec.parse(SPEC), RunFolder(folder), backend, Attempt(**attempt))


def _other(**changes: Any) -> dict[str, Any]:
    here = json.loads(json.dumps(environment.describe()))
    here["numerics"] |= changes.pop("numerics", {})
    return here | changes


def _begun_elsewhere(tmp_path: Path, elsewhere: dict[str, Any] | None, keep: int = 3) -> Path:
    """A folder in which a session of another environment finished some chunks."""
    _run(tmp_path / "whole")
    entries = list(read(tmp_path / "whole" / "journal.bin"))
    folder = RunFolder(tmp_path / "run")
    folder.create()
    run_id = RunSpec.parse(SPEC).run_id
    with Journal(folder.journal, run_id, environment=elsewhere) as journal:
        for entry in entries[:keep]:
            journal.append(entry)
    return folder.path


ELSEWHERE: dict[str, dict[str, Any]] = {
    "Python": {"python": "3.10.1"},
    "machine": {"machine": "aarch64"},
    "NumPy": {"packages": {"numpy": "1.0"}},
    "numerics": {"numerics": {"mode": "other"}},
    "SIMD": {"numerics": {"simd": ["X86_V2"]}},
    "BLAS": {"numerics": {"blas": "Haswell Sandybridge"}},
    "libm": {"numerics": {"libm": "glibc 2.0 00000000"}},
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_a_journal_of_another_environment_is_refused(tmp_path: Path, what: str) -> None:
    folder = _begun_elsewhere(tmp_path, _other(**ELSEWHERE[what]))
    with pytest.raises(InputError) as caught:
        _run(folder)
    said = str(caught.value)
    assert f"its evaluations were made with {what} " in said
    assert "--fresh" in said
    assert "--mixed" in said
    assert not (folder / "record.json").exists()
    with pytest.raises(InputError):  # the session that was refused changes nothing
        _run(folder)
    assert _run(folder, fresh=True).mixed is False


def test_a_journal_that_does_not_say_is_refused(tmp_path: Path) -> None:
    folder = _begun_elsewhere(tmp_path, None)
    with pytest.raises(InputError, match="Python unknown, here"):
        _run(folder)


def test_a_session_that_evaluated_nothing_is_in_nobody_s_way(tmp_path: Path) -> None:
    folder = _begun_elsewhere(tmp_path, _other(python="3.10.1"), keep=0)
    record = _run(folder)
    assert record.mixed is False
    assert len(record.environments) == 1


def test_a_mixture_is_marked_with_every_environment(tmp_path: Path) -> None:
    folder = _begun_elsewhere(tmp_path, _other(python="3.10.1"))
    record = _run(folder, mixed=True)
    assert record.mixed is True
    assert [each["python"] for each in record.environments] == [
        "3.10.1",
        environment.describe()["python"],
    ]
    told = list(differences_of_circumstances(record, RunSpec.parse(SPEC)))
    assert any("no single environment repeats it" in line for line in told)


def test_a_release_that_only_mends_python_is_no_other_environment(tmp_path: Path) -> None:
    """An image's Python is seldom the host's to the last digit, and computes alike."""
    major, minor, _ = platform.python_version_tuple()
    record = _run(_begun_elsewhere(tmp_path, _other(python=f"{major}.{minor}.999")))
    assert record.mixed is False
    assert record.resumed == 1


def test_a_run_of_one_environment_is_no_mixture(tmp_path: Path) -> None:
    record = _run(_begun_elsewhere(tmp_path, environment.describe()))
    assert record.mixed is False
    assert record.resumed == 1
    assert len(record.environments) == 2


@pytest.mark.thorough
def test_the_command_refuses_and_mixes(tmp_path: Path) -> None:
    folder = _begun_elsewhere(tmp_path, _other(python="3.10.1"))
    command = [sys.executable, "-m", "evosweep", "run", "--spec", json.dumps(SPEC)]
    command += ["--out", str(folder)]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "Python 3.10.1, here " in refused.stderr
    subprocess.run([*command, "--mixed"], check=True, capture_output=True)
    assert json.loads((folder / "record.json").read_bytes())["mixed"] is True


def test_the_fingerprint_is_that_of_every_process_here() -> None:
    code = (
        "import json; from evosweep.machine import environment, fingerprint; "
        "print(json.dumps(fingerprint.fingerprint(environment.describe())))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    mine = fingerprint.fingerprint(environment.describe())
    assert json.loads(done.stdout) == mine
    assert set(mine) >= {"Python", "machine", "NumPy", "evosweep", "numerics", "SIMD", "libm"}


class Distant(Serial):
    """A backend whose workers have other terms than this process, of bits or of code."""

    local = False
    elsewhere = True

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__(2)
        self.words, self.evaluated = words, 0

    def run(self, chunks: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        """As a worker there would: its own terms differ in some words."""
        for chunk in chunks:
            mine = agreement.terms(chunk.problem, with_code=chunk.with_code)
            assert agreement.digest(mine) == chunk.terms
            outcome = chunk._replace(terms="another's").work()
            self.evaluated += len(outcome.fitnesses)
            for here, there in self.words.items():
                outcome.terms = re.sub(here, there, outcome.terms)
            yield chunk.number, outcome


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"X86_V3 ": ""}, "less, and this process with X86_V3"),
        ({"native": "portable"}, "portable, and this process with native"),
        ({r"BLAS=\w+": "BLAS=0"}, "BLAS=0, and this process with BLAS="),
        ({r"evosweep=\w+": "evosweep=0"}, "evosweep=0, and this process with evosweep="),
        ({r"packages=\w+": "packages=0"}, "packages=0, and this process with packages="),
        ({r"problem=\w+": "problem=0"}, "problem=0, and this process with problem="),
    ],
)
def test_a_worker_of_other_terms_is_refused_before_it_evaluates(
    tmp_path: Path, words: dict[str, str], told: str
) -> None:
    """As on a machine with another processor, or where somebody else has installed evosweep."""
    backend = Distant(words)
    if "X86_V3 " in words and "X86_V3 " not in agreement.terms("", with_code=False):
        pytest.skip("this processor has other levels")
    with pytest.raises(InputError, match=f"a worker computes with {told}"):
        run_one(RunSpec.parse(SPEC), RunFolder(tmp_path), backend, Attempt())
    assert backend.evaluated == 0


def _session_of(python: str) -> dict[str, Any]:
    """An environment with what that interpreter says of itself."""
    program = (
        "import json, platform, sys; sys.path.insert(0, sys.argv[1]); import fingerprint; "
        "print(json.dumps([platform.python_version(), fingerprint.libm()]))"
    )
    done = subprocess.run(
        [python, "-c", program, str(Path(fingerprint.__file__).parent)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    version, libm = json.loads(done.stdout)
    return _other(python=version, numerics={"libm": libm})


@pytest.mark.skipif(not pythons.other_pythons(), reason="there is one Python on this machine")
def test_sessions_of_other_pythons_are_refused(tmp_path: Path) -> None:
    for number, python in enumerate(pythons.other_pythons()):
        elsewhere = _session_of(python)
        folder = _begun_elsewhere(tmp_path / str(number), elsewhere)
        if elsewhere["python"].split(".")[:2] == platform.python_version().split(".")[:2]:
            assert _run(folder).mixed is False
            continue
        with pytest.raises(InputError) as caught:
            _run(folder)
        here = platform.python_version()
        assert f"Python {elsewhere['python']}, here {here}" in str(caught.value)
        assert not (folder / "record.json").exists()


SUMMING = """
import time
from pathlib import Path

from evosweep.problems.continuous import continuous


def build(gate):
    calls = []

    def evaluate(individual):
        calls.append(1)
        while len(calls) > 60 and not Path(gate).exists():
            time.sleep(0.01)
        return (sum(abs(gene - 0.3) * 1e-3 + gene * gene for gene in individual),)

    toolbox = continuous(dimension=20)
    toolbox.register("evaluate", evaluate)
    return toolbox
"""


def _entries(journal: Path) -> int:
    return sum(1 for _ in read(journal)) if journal.exists() and journal.stat().st_size > 100 else 0


@kills(BETWEEN)
def test_a_run_begun_under_one_python_is_not_continued_under_another(tmp_path: Path) -> None:
    """From 3.12 on `sum` rounds otherwise: a mixture would be a population that nobody repeats."""
    other = pythons.able_python()
    if other is None:
        pytest.skip(
            f"no other Python with evosweep's packages is here; {pythons.VARIABLE} names one"
        )
    (tmp_path / "summing.py").write_text(SUMMING)
    gate, folder = tmp_path / "gate", tmp_path / "run"
    problem = {"use": "summing:build", "params": {"gate": str(gate)}}
    spec = json.dumps(SPEC | {"problem": problem, "import_path": str(tmp_path)})

    def command(python: str, out: Path, *options: str) -> list[str]:
        return [python, "-m", "evosweep", "run", "--spec", spec, "--out", str(out), *options]

    def call(python: str, out: Path, *options: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command(python, out, *options),
            env=pythons.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def digest(out: Path) -> str:
        return str(json.loads((out / "record.json").read_text())["population_digest"])

    with subprocess.Popen(
        command(sys.executable, folder), env=pythons.environment(), start_new_session=True
    ) as begun:
        while (
            not (folder / "journal.bin").exists()
            or sum(1 for _ in read(folder / "journal.bin")) < 4
        ):
            assert begun.poll() is None
            time.sleep(0.05)
        os.killpg(begun.pid, signal.SIGKILL)
    gate.touch()
    while (refused := call(other, folder)).returncode == Locked.exit_code:
        time.sleep(0.1)  # what was killed still ends
    assert refused.returncode == 2, refused.stderr
    assert refused.stderr.count("\n") == 1
    assert f"Python {platform.python_version()}, here 3." in refused.stderr
    assert not (folder / "record.json").exists()

    assert call(sys.executable, folder).returncode == 0
    hit(*of_journal(folder / "journal.bin"))
    assert call(sys.executable, tmp_path / "here").returncode == 0
    assert digest(folder) == digest(tmp_path / "here")
    assert call(other, tmp_path / "there").returncode == 0
    again = call(other, folder, "--fresh")
    assert again.returncode == 0, again.stderr
    assert digest(folder) == digest(tmp_path / "there")
