"""Checks what a stranger installs: `make audit`.

The wheel is built twice and must be the same to the byte. Every package of the image has a licence
that lets it be passed on beside this one. A list of all packages is written in CycloneDX. An
exported crate conforms to its profile. Known vulnerabilities are asked for over the network.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from crate import validate

ROOT = Path(__file__).parents[2]
LOCKS = ("run.txt", "test.txt", "workflow.txt")
PYTHON = ROOT / ".venv" / "bin" / "python"
OWN = Path(sys.executable).parent
PERMISSIVE = ("apache", "bsd", "cc0", "historical permission", "hpnd", "isc", "mit", "python",
    "psf", "public domain", "unlicense", "zlib", "zpl", "0bsd", "cnri")  # fmt: skip
BY_ITSELF = ("lgpl", "lesser general public", "mozilla", "mpl", "eclipse", "epl")
"""Licences that ask for changes of the package itself, and for nothing of what imports it."""


class Finding(Exception):
    """What an audit found."""


def main() -> int:
    """Make each check; returns 1 if one of them finds something."""
    failed = 0
    for check in CHECKS:
        try:
            print(f"{check.__name__}: {check()}")
        except Finding as finding:
            failed = 1
            print(f"{check.__name__}: FAILED: {finding}")
    return failed


def wheel() -> str:
    """Build the wheel of the commit twice, in two folders."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        digests = {_built(Path(folder)) for folder in (one, two)}
    if len(digests) > 1:
        raise Finding("two builds of one commit differ")
    return f"two builds are the same to the byte, sha256 {digests.pop()}"


def _built(folder: Path) -> str:
    source = folder / "source"
    source.mkdir()
    archive = _output("git", "-C", ROOT, "archive", "HEAD")
    subprocess.run(["tar", "-x", "-C", source], input=archive, check=True)
    when = _output("git", "-C", ROOT, "log", "-1", "--format=%ct").decode().strip()
    build = (PYTHON, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    subprocess.run(
        [*build, "--wheel-dir", folder, source], check=True,
        env=os.environ | {"SOURCE_DATE_EPOCH": when},
    )  # fmt: skip
    (made,) = folder.glob("*.whl")
    return hashlib.sha256(made.read_bytes()).hexdigest()


def licences() -> str:
    """Look at the licence of every package that the images have."""
    listed = json.loads(
        _output(
            OWN / "pip-licenses", f"--python={PYTHON}", "--format=json", "--from=mixed",
            "--with-license-file", "--no-license-path",
        )
    )  # fmt: skip
    locked = _names(ROOT / "envs" / "workflow.txt")
    found = {row["Name"].lower().replace("_", "-"): _licence(row) for row in listed}
    strange = {
        name: found[name]
        for name in sorted(locked & set(found))
        if not any(word in found[name].lower() for word in (*PERMISSIVE, *BY_ITSELF))
    }
    if strange:
        raise Finding(f"licences that nobody has judged: {strange}")
    return f"{len(locked & set(found))} packages of the image, each under a licence that is known"


def _licence(row: dict[str, str]) -> str:
    """Return a package's licence, or the beginning of its text if only that is there."""
    text = row["LicenseText"].lower()
    if row["License"] != "UNKNOWN":
        return row["License"]
    return "MIT" if "permission is hereby granted, free of charge" in text else text[:100]


def packages() -> str:
    """Write the list of packages in CycloneDX."""
    out = ROOT / "dist" / "evosweep.cdx.json"
    out.parent.mkdir(exist_ok=True)
    lock = ROOT / "envs" / "workflow.txt"
    words = ("requirements", lock, "--output-file", out, "--output-reproducible")
    _output(OWN / "cyclonedx-py", *words)
    listed = {
        part["name"].lower().replace("_", "-") for part in json.loads(out.read_text())["components"]
    }
    if missing := _names(lock) - listed:
        raise Finding(f"{out.name} lacks {sorted(missing)}")
    return f"{len(listed)} components in dist/{out.name}"


def crate() -> str:
    """Export a small experiment, and hold its crate against the profile."""
    with tempfile.TemporaryDirectory() as place:
        results = Path(place, "study")
        run = {
            "problem": {"use": "onemax"},
            "algorithm": {"use": "ea_simple", "params": {"population": 20, "generations": 3}},
            "backend": {"use": "serial"},
            "seed": 1,
        }
        evosweep = (PYTHON, "-m", "evosweep")
        _output(*evosweep, "run", "--spec", json.dumps([run]), "--out", results / "runs")
        _output(*evosweep, "export", results, "--format", "rocrate", "--out", Path(place, "crate"))
        if issues := validate(Path(place, "crate")):
            raise Finding("; ".join(issues))
    return "a crate has all that Workflow Run Crate 0.5 requires"


def vulnerabilities() -> str:
    """Ask for known vulnerabilities of every locked package."""
    for lock in LOCKS:
        audit = (
            OWN / "pip-audit",
            "--strict",
            "--disable-pip",
            "--requirement",
            ROOT / "envs" / lock,
        )
        asked = subprocess.run(audit, capture_output=True, text=True, check=False)
        if asked.returncode:
            last = (asked.stdout or asked.stderr).strip().splitlines()[-1:]
            raise Finding(f"envs/{lock}: {' '.join(last)} (it asks a service over the network)")
    return f"none is known in {', '.join(LOCKS)}"


def _names(lock: Path) -> set[str]:
    lines = lock.read_text().splitlines()
    return {line.split("==")[0].lower() for line in lines if "==" in line and line[0].isalnum()}


def _output(*words: object) -> bytes:
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False)
    if done.returncode:
        raise Finding(f"{Path(str(words[0])).name}: {done.stderr.decode()[-500:]}")
    return done.stdout


CHECKS: tuple[Callable[[], str], ...] = (wheel, licences, packages, crate, vulnerabilities)

if __name__ == "__main__":
    sys.exit(main())
