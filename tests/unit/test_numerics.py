"""Portable numerics: the same bits on processors of other makers and years, emulated by QEMU."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lacking import lacking

from evosweep.errors import InputError
from evosweep.machine import numerics

WAVES = '''"""A problem whose fitness goes through NumPy's kernels and LAPACK's."""
import random

import numpy
from deap import base, creator, tools

creator.create("WavesFitness", base.Fitness, weights=(-1.0,))
creator.create("WavesIndividual", list, fitness=creator.WavesFitness)


def build():
    matrix = numpy.random.default_rng(0).standard_normal((24, 24))

    def evaluate(individual):
        waves = numpy.exp(matrix @ numpy.sin(individual) / 9)
        return (float(numpy.linalg.lstsq(matrix, waves, rcond=None)[0].sum()),)

    toolbox = base.Toolbox()
    toolbox.register("gene", random.gauss, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.WavesIndividual, toolbox.gene, 24)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxBlend, alpha=0.3)
    toolbox.register("mutate", tools.mutGaussian, mu=0, sigma=0.2, indpb=0.2)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
'''
SPEC = {
    "problem": {"use": "waves:build", "params": {}},
    "algorithm": {
        "use": "ea_simple",
        "params": {"population": 20, "generations": 5, "crossover": 0.5, "mutation": 0.3},
    },
    "backend": {"use": "serial"},
    "seed": 7,
    "import_path": ".",
}


def _run(folder: Path, out: str, mode: str, *emulator: str) -> dict[str, Any]:
    """The receipt of the run, made on this processor or on an emulated one."""
    (folder / "waves.py").write_text(WAVES)
    command = [*emulator, os.path.realpath(sys.executable), "-c"]
    # An emulator is given the interpreter itself, which then does not know its environment.
    command += [f"import sys; sys.path[:0] = {sys.path!r}; from evosweep.cli import main; "
                f"sys.exit(main(sys.argv[1:]))"]  # fmt: skip
    command += ["run", "--in-process", "--spec", json.dumps(SPEC), "--out", out]
    environment = os.environ | {numerics.VARIABLE: mode, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    record: dict[str, Any] = json.loads((folder / out / "record.json").read_text())
    return record


@pytest.fixture
def emulator() -> str:
    """QEMU, which runs one program on another processor."""
    found = shutil.which("qemu-x86_64-static") or shutil.which("qemu-x86_64")
    if found is None:
        reason = "QEMU is not installed (Debian: qemu-user-static)"
        lacking(reason)
    return str(found)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "processor",
    ["EPYC", *(pytest.param(name, marks=pytest.mark.slow) for name in ("Haswell", "EPYC-Rome"))],
)
def test_another_processor_gives_the_same_population(
    tmp_path: Path, emulator: str, processor: str
) -> None:
    here = _run(tmp_path, "here", "portable")
    there = _run(tmp_path, "there", "portable", emulator, "-cpu", processor)
    assert there["population_digest"] == here["population_digest"]


@pytest.mark.thorough
def test_the_receipt_says_what_was_in_force(tmp_path: Path) -> None:
    environment = _run(tmp_path, "portable", "portable")["environment"]["numerics"]
    assert environment.pop("libm")
    assert environment == {"mode": "portable", "simd": ["X86_V2", "X86_V3"], "blas": "Haswell"}
    assert _run(tmp_path, "native", "native")["environment"]["numerics"]["mode"] == "native"


def test_native_leaves_the_choice_to_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(numerics.VARIABLE, raising=False)
    assert numerics.environment() == {}


def test_a_mode_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(numerics.VARIABLE, "exact")
    with pytest.raises(InputError, match=r"EVOSWEEP_NUMERICS: 'exact' is unknown; allowed: native"):
        numerics.environment()


@pytest.fixture
def portable(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Portable numerics as a processor would have them: its architecture, its flags."""

    def environment(machine: str, *flags: str, numpy: str = "2.4.0") -> dict[str, str]:
        monkeypatch.setenv(numerics.VARIABLE, "portable")
        monkeypatch.setattr("platform.machine", lambda: machine)
        monkeypatch.setattr("importlib.metadata.version", lambda _: numpy)
        monkeypatch.setattr(numerics, "_flags", lambda: list(flags))
        return numerics.environment()

    return environment


def test_a_processor_that_cannot(portable: Callable[..., dict[str, str]]) -> None:
    message = (
        "portable needs an x86-64 processor with AVX2 and FMA; this one lacks avx2: use native"
    )
    with pytest.raises(InputError, match=message):
        portable("x86_64", "fma")


def test_an_architecture_that_has_no_portable_numerics(
    portable: Callable[..., dict[str, str]],
) -> None:
    message = "AVX2 and FMA or a 64-bit Arm processor; this one is riscv64: use native"
    with pytest.raises(InputError, match=message):
        portable("riscv64", "avx2", "fma")


def test_arm_needs_no_flag_and_has_its_own_level(portable: Callable[..., dict[str, str]]) -> None:
    variables = portable("aarch64")
    assert variables["OPENBLAS_CORETYPE"] == "ARMV8"
    assert "SVE" in variables["NPY_DISABLE_CPU_FEATURES"].split()
    assert "AVX" not in variables["NPY_DISABLE_CPU_FEATURES"]


@pytest.mark.parametrize(("machine", "name"), [("x86_64", "AVX512_SKX"), ("aarch64", "ASIMDHP")])
def test_older_numpy_has_other_names(
    portable: Callable[..., dict[str, str]], machine: str, name: str
) -> None:
    disabled = portable(machine, "avx2", "fma", numpy="1.26.4")["NPY_DISABLE_CPU_FEATURES"]
    assert name in disabled.split()
    assert "SVE" not in disabled.split()


def test_a_processor_with_nothing_beyond_the_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    """NumPy then leaves out the list, as portable numerics make it do on 64-bit Arm."""
    monkeypatch.setattr(
        "numpy.show_config", lambda **_: {"SIMD Extensions": {"baseline": ["NEON", "ASIMD"]}}
    )
    assert numerics.describe()["simd"] == ["NEON", "ASIMD"]
    assert numerics.of_process.__wrapped__().startswith("Python ")
