"""List what 64-bit Arm (Linux, glibc, CPython) takes of the locked wheels; `make lock` calls it.

It reads a lock in the form of pylock.toml, which names the files behind the hashes, from standard
input, and writes one line per wheel: its SHA-256 and its name. tests/unit/test_locks.py compares
the lock files with this list, so that no package comes in that 64-bit Arm cannot install.
"""

import sys
import tomllib
from collections.abc import Iterator
from typing import Any


def wheels(lock: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and SHA-256 of each wheel that suits."""
    for package in lock["packages"]:
        for wheel in package.get("wheels", []):
            name = wheel["url"].rpartition("/")[2]
            if _suits(*name.removesuffix(".whl").split("-")[-3:]):
                yield name, wheel["hashes"]["sha256"]


def _suits(python: str, abi: str, platforms: str) -> bool:
    if python.startswith("pp") or abi.endswith("t"):  # PyPy; CPython without its lock
        return False
    return any(
        platform == "any" or (platform.startswith("manylinux") and platform.endswith("_aarch64"))
        for platform in platforms.split(".")
    )


if __name__ == "__main__":
    for name, digest in sorted(wheels(tomllib.load(sys.stdin.buffer))):
        print(digest, name)
