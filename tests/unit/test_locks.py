"""The lock files: what they hold for 64-bit Arm, without asking any index.

`make lock` writes which of the locked wheels 64-bit Arm can use (envs/wheels.py), by their hashes.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging import tags
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ENVS = Path(__file__).parents[2] / "envs"
LOCKS = ("run.txt", "workflow.txt", "test.txt")
PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))

# What has no wheel for 64-bit Arm is built there, when it is installed.
PLAIN = {"cocopp", "connection-pool", "scoop"}
"""Without any wheel, on no processor: plain Python, which needs no compiler."""

COMPILED = {"coco-experiment"}
"""Those that need a C compiler. No image has them on 64-bit Arm; the environment of tests has."""

COMPILED_BY_PYTHON = {(3, 14): {"immutables"}}
"""Those that have no wheel for this Python, on x86-64 neither."""


def _locked(lock: str) -> Iterator[tuple[Requirement, set[str]]]:
    """Each requirement with its hashes."""
    for entry in re.split(r"\n(?=[^ #\n])", (ENVS / lock).read_text()):
        head = entry.partition(" \\\n")[0]
        if "==" in head:
            yield Requirement(head), set(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))


def _on_arm(python: tuple[int, int]) -> dict[str, str]:
    version = ".".join(map(str, python))
    return {
        "implementation_name": "cpython",
        "platform_machine": "aarch64",
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{version}.1",
        "python_version": version,
        "sys_platform": "linux",
    }


def _wheels(python: tuple[int, int]) -> dict[str, str]:
    """Package by hash, of the wheels that this Python takes on Debian 12."""
    platforms = [f"manylinux_2_{minor}_aarch64" for minor in range(36, 16, -1)]
    taken = {
        *tags.cpython_tags(python, platforms=platforms),
        *tags.compatible_tags(python, platforms=platforms),
    }
    packages = {}
    for line in (ENVS / "wheels-aarch64.txt").read_text().splitlines():
        digest, file = line.split()
        name, _, _, suits = parse_wheel_filename(file.replace("manylinux2014", "manylinux_2_17"))
        if suits & taken:
            packages[digest] = name
    return packages


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", PYTHONS, ids="{0[0]}.{0[1]}".format)
def test_everything_has_a_wheel_for_arm(lock: str, python: tuple[int, int]) -> None:
    wheels, surrounding = _wheels(python), _on_arm(python)
    without = {
        canonicalize_name(asked.name)
        for asked, hashes in _locked(lock)
        if asked.marker is None or asked.marker.evaluate(surrounding)
        if canonicalize_name(asked.name) not in {wheels.get(digest) for digest in hashes}
    }
    built = PLAIN | COMPILED_BY_PYTHON.get(python, set())
    allowed = built | COMPILED if lock == "test.txt" else built
    assert without <= allowed, "no wheel for aarch64 is locked (was the list made by make lock?)"


def test_the_list_is_that_of_the_lock() -> None:
    """A package that was left out, or locked since, shows that `make lock` did not write it."""
    hashes = set().union(*(found for _, found in _locked("test.txt")))
    listed = {line.split()[0] for line in (ENVS / "wheels-aarch64.txt").read_text().splitlines()}
    assert listed <= hashes
