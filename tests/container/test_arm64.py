"""Both images on 64-bit Arm, emulated, and their digests beside those of this x86-64 processor.

It needs root, Debian's mmdebstrap, podman and qemu-user-static, Python 3.11 as Debian 12 has it,
2 GB of disk, and about an hour of a processor: `pytest -m slow tests/container/test_arm64.py`.
The base and the images are built before the first test, in a storage of their own, and removed
after the last.
"""

import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lacking import lacking

from evosweep.machine import fingerprint, numerics

pytestmark = [pytest.mark.container, pytest.mark.slow, pytest.mark.timeout(6 * 3600)]

ROOT = Path(__file__).parents[2]
ARM64 = ROOT / "tests" / "container" / "arm64.sh"
EVOSWEEP = Path(sys.executable).with_name("evosweep")
SPHERE = {"use": "continuous", "params": {"function": "sphere", "dimension": 4}}
FRONT = {"use": "zdt", "params": {"function": 1, "dimension": 5}}
ONEMAX = {"use": "onemax", "params": {"bits": 40}}

EQUAL: dict[str, tuple[dict[str, Any], str]] = {
    "bits": (ONEMAX, "ea_simple"),
    "permutations": ({"use": "n_queens", "params": {"queens": 12}}, "ea_mu_plus_lambda"),
    "trees": ({"use": "symbolic_regression", "params": {}}, "ea_simple"),
    "two objectives": (FRONT, "nsga2"),
    "swarm": (SPHERE, "particle_swarm"),
    "differences": (SPHERE, "differential_evolution"),
    "classifier": ({"use": "feature_selection", "params": {"folds": 2}}, "random_search"),
}
"""What goes through Python's floats, the C library, and NumPy without BLAS."""


class Arm:
    """Runs on emulated 64-bit Arm and here, below one folder, which both see by the same path."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def podman(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """An answer of podman's."""
        return subprocess.run(
            ["podman", *words], env=self.environment, capture_output=True, text=True, check=False
        )

    def run_there(
        self,
        specs: list[dict[str, Any]],
        out: str,
        mode: str,
        *options: str,
        processor: str = "max",
    ) -> "subprocess.CompletedProcess[str]":
        """The runs in the image `evosweep-run`, in one process of an emulated processor."""
        place, user = str(self.folder), f"{os.getuid()}:{os.getgid()}"
        run = ("run", "--rm", "--arch", "arm64", "--network", "none")
        shown = ("--user", user, "--volume", f"{place}:{place}", "--workdir", place)
        variables = self._variables(mode) | {"QEMU_CPU": processor}
        pinned = [f"--env={name}={value}" for name, value in variables.items()]
        asked = ("run", "--in-process", "--spec", json.dumps(specs), "--out", out, *options)
        return self.podman(*run, *shown, *pinned, "localhost/evosweep-run", *asked)

    def run_here(
        self, specs: list[dict[str, Any]], out: str, mode: str
    ) -> "subprocess.CompletedProcess[str]":
        """The same runs on this processor."""
        command = [EVOSWEEP, "run", "--in-process", "--spec", json.dumps(specs), "--out", out]
        environment = os.environ | self._variables(mode)
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def _variables(self, mode: str) -> dict[str, str]:
        return {numerics.VARIABLE: mode, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

    def records(self, out: str) -> dict[str, dict[str, Any]]:
        """Receipts by run_id."""
        found = (self.folder / out).glob("*/record.json")
        return {path.parent.name: json.loads(path.read_text()) for path in found}


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arm]:
    """The images, built by `make image` for 64-bit Arm; everything is removed afterwards."""
    if os.geteuid() != 0 or platform.machine() != "x86_64":
        lacking("64-bit Arm is emulated by root, on an x86-64 processor")
    if sys.version_info[:2] != (3, 11):
        lacking("digests are compared with those of Debian 12, which has Python 3.11")
    up = subprocess.run([ARM64, "up"], capture_output=True, text=True, check=False)
    if up.returncode != 0:
        lacking(f"arm64.sh failed: {up.stderr}")
    told = dict(word.split("=", 1) for word in shlex.split(up.stdout) if "=" in word)
    environment = os.environ | told
    try:
        make = ["make", "image", "ENGINE=podman", f"PYTHON={sys.executable}"]
        built = subprocess.run(
            make, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
        yield Arm(tmp_path_factory.mktemp("arm"), environment)
    finally:
        subprocess.run([ARM64, "down"], check=True)


def _spec(
    problem: dict[str, Any], algorithm: str, *, seed: int = 3, size: str = "population"
) -> dict[str, Any]:
    asked = {"use": algorithm, "params": {size: 20, "generations": 8}}
    return {"problem": problem, "algorithm": asked, "backend": {"use": "serial"}, "seed": seed}


def test_both_images_are_of_arm_and_start(arm: Arm) -> None:
    for image in ("localhost/evosweep-run", "localhost/evosweep"):
        asked = arm.podman("image", "inspect", "--format", "{{.Architecture}}", image)
        assert asked.stdout.strip() == "arm64"
        start = ("run", "--rm", "--arch", "arm64", "--network", "none")
        listed = arm.podman(*start, image, "evosweep", "list")
        assert "ea_simple" in listed.stdout, listed.stderr


@pytest.mark.parametrize("mode", ["native", "portable"])
def test_what_needs_no_blas_has_the_digests_of_x86_64(arm: Arm, mode: str) -> None:
    specs = [_spec(*each) for each in EQUAL.values()]
    here = arm.run_here(specs, f"here-{mode}", mode)
    there = arm.run_there(specs, f"there-{mode}", mode)
    assert here.returncode == 0, here.stderr
    assert there.returncode == 0, there.stderr
    ours, theirs = arm.records(f"here-{mode}"), arm.records(f"there-{mode}")
    assert theirs.keys() == ours.keys()  # a run's name is the same on both
    assert len(ours) == len(EQUAL)
    assert {name: record["population_digest"] for name, record in theirs.items()} == {
        name: record["population_digest"] for name, record in ours.items()
    }


def test_portable_makes_arm_processors_equal(arm: Arm) -> None:
    """One with SVE and SME and one of 2012 with neither, through a decomposition."""
    spec = [_spec(SPHERE, "cma_es", size="lambda_")]
    digests = set()
    for processor in ("max", "cortex-a53"):
        done = arm.run_there(spec, processor, "portable", processor=processor)
        assert done.returncode == 0, done.stderr
        (record,) = arm.records(processor).values()
        assert record["environment"]["numerics"]["blas"].lower() == "armv8"
        digests.add(record["population_digest"])
    assert len(digests) == 1


def test_a_run_begun_here_is_not_resumed_there(arm: Arm) -> None:
    spec = [_spec(ONEMAX, "ea_simple", seed=4)]
    assert arm.run_here(spec, "begun", "portable").returncode == 0
    (record,) = (arm.folder / "begun").glob("*/record.json")
    here = json.loads(record.read_text())["environment"]
    record.unlink()
    refused = arm.run_there(spec, "begun", "portable")
    assert refused.returncode == 2, refused.stderr
    assert "were made with machine x86_64, here aarch64" in refused.stderr
    mixed = arm.run_there(spec, "begun", "portable", "--mixed")
    assert mixed.returncode == 0, mixed.stderr
    there = json.loads(record.read_text())
    assert there["mixed"] is True
    assert "machine x86_64, here aarch64" in fingerprint.differences(here, there["environment"])
