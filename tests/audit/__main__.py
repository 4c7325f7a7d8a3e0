"""Checks what a stranger installs: `make audit`, or some of it: `make audit CHECKS="wheel crate"`.

The wheel and the images are built twice and must be the same. Every package of the image has a
licence that lets it be passed on beside this one. Lists of all packages are written in CycloneDX.
An exported crate conforms to its profile. The workflows of CI are read by linters, the repository
by the Scientific Python review. Known vulnerabilities are asked for over the network.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

import images
from crate import validate
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from findings import OWN, PYTHON, ROOT, Finding, commit, output

LOCKS = ("run.txt", "test.txt", "workflow.txt")
PERMISSIVE = ("apache", "bsd", "cc0", "historical permission", "hpnd", "isc", "mit", "python",
    "psf", "public domain", "unlicense", "zlib", "zpl", "0bsd", "cnri")  # fmt: skip
BY_ITSELF = ("lgpl", "lesser general public", "mozilla", "mpl", "eclipse", "epl")
"""Licences that ask for changes of the package itself, and for nothing of what imports it."""


def main(*names: str) -> int:
    """Make the checks of these names, or all; returns 1 if one of them finds something."""
    if unknown := set(names) - {check.__name__ for check in CHECKS}:
        sys.exit(f"no check of make audit: {', '.join(sorted(unknown))}")
    failed = 0
    for check in CHECKS:
        if names and check.__name__ not in names:
            continue
        try:
            print(f"{check.__name__}: {check()}", flush=True)
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
    commit(source)
    when = output("git", "-C", ROOT, "log", "-1", "--format=%ct").decode().strip()
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
        output(
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
    output(OWN / "cyclonedx-py", *words)
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
        output(*evosweep, "run", "--spec", json.dumps([run]), "--out", results / "runs")
        output(*evosweep, "export", results, "--format", "rocrate", "--out", Path(place, "crate"))
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


def workflows() -> str:
    """Read the workflows of both CIs by linters and by the schemas that their makers publish."""
    output(OWN / "zizmor", "--offline", "--no-progress", "--quiet", ROOT)
    schema = (OWN / "check-jsonschema", "--builtin-schema")
    output(*schema, "vendor.github-workflows", *sorted(ROOT.glob(".github/workflows/*.yml")))
    output(*schema, "vendor.dependabot", ROOT / ".github" / "dependabot.yml")
    output(*schema, "vendor.gitlab-ci", "--data-transform", "gitlab-ci", ROOT / ".gitlab-ci.yml")
    output(*schema, "vendor.compose-spec", ROOT / "compose.yaml")
    return "zizmor and the schemas find nothing in the workflows of CI and in compose.yaml"


def review() -> str:
    """Hold the repository against the review of Scientific Python."""
    everything = _review(["--ignore", "-"])
    reasons = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["repo-review"]["ignore"]
    failed = {name for name, check in everything.items() if check["result"] is False}
    if unexplained := sorted(failed - set(reasons)):
        raise Finding(f"not mended and not explained: {', '.join(unexplained)}")
    if needless := sorted(set(reasons) - failed):
        raise Finding(f"explained in pyproject.toml, and no finding: {', '.join(needless)}")
    return f"{len(everything)} checks; {len(reasons)} findings stay, for reasons in pyproject.toml"


def _review(options: list[str]) -> dict[str, dict[str, object]]:
    words = [OWN / "repo-review", "--format", "json", *options, ROOT]
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    checks: dict[str, dict[str, object]] = json.loads(done.stdout)["checks"]
    return checks


def layers() -> str:
    """Build the workflow's image twice, which has every layer of the other one."""
    return f"{len(images.build_twice())} layers of the workflow's image are the same in two builds"


def image() -> str:
    """Write what is in the image in CycloneDX, with the licences of its Debian packages."""
    found = images.contents()
    if silent := sorted(package.name for package in found.debian if not package.licences):
        raise Finding(
            f"packages of Debian without a licence that is known: {silent} (a base may leave out "
            "/usr/share/doc/*/copyright: remove it, then call tests/container/engine.sh up)"
        )
    locked = {images.normal(name) for name in _names(ROOT / "envs" / "workflow.txt")}
    if strange := {images.normal(name) for name, *_ in found.python} - locked - {"evosweep"}:
        raise Finding(f"packages of Python in the image that no lock has: {sorted(strange)}")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    text = json.dumps(images.bill_of_material(found, version), indent=1)
    if invalid := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise Finding(f"the bill of material is not valid: {invalid}")
    out = ROOT / "dist" / "evosweep-image.cdx.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(f"{text}\n")
    return (
        f"{len(found.debian)} packages of Debian with {len(_licences_of(found))} kinds of licences "
        f"and {len(found.python)} of Python in dist/{out.name}"
    )


def _licences_of(found: images.Contents) -> set[str]:
    return {licence for package in found.debian for licence in package.licences}


CHECKS: tuple[Callable[[], str], ...] = (
    *(wheel, licences, packages, crate, workflows, review, layers, image, vulnerabilities),
)

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
