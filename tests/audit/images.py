"""Checks of the images: built twice and compared, what is in them, under which licences.

podman builds them, since it gives every file of a layer the same time. The base is the variable
BASE_IMAGE, else the Dockerfile's; BUILD_OPTIONS are further options of `podman build`.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from findings import Finding, commit, output

IMAGE = "evosweep-audit"
_EPOCH = "315532800"  # as in the Dockerfile

_LIST = r"""
import importlib.metadata, json, subprocess
fields = ("Package", "Version", "Architecture", "source:Package")
lines = subprocess.run(
    ["dpkg-query", "--show", "--showformat", "\t".join("${%s}" % name for name in fields) + "\n"],
    check=True, capture_output=True, text=True,
).stdout.splitlines()
debian = []
for name, version, architecture, source in (line.split("\t") for line in lines):
    try:
        with open(f"/usr/share/doc/{name}/copyright", errors="replace") as file:
            text = file.read()
    except OSError:
        text = ""
    debian.append([name, version, architecture, source, text])
python = []
for one in importlib.metadata.distributions():
    data = one.metadata
    kinds = [word for word in data.get_all("Classifier", []) if word.startswith("License ::")]
    kinds = [kind.split(" :: ")[-1] for kind in kinds]
    words = (data["License-Expression"], *kinds, data["License"])
    licence = next((word.strip().splitlines()[0][:100] for word in words if word), "")
    python.append([data["Name"] or str(one._path), one.version or "", licence])
print(json.dumps({"debian": debian, "python": sorted(python)}))
"""
"""What is installed in an image, asked in it."""

_NAMED = re.compile(r"^License:[ \t]*(\S.*)$", re.MULTILINE)
_IN_TEXT = {
    "GPL": r"GNU\s+(?:General|Library General|Lesser General)\s+Public\s+Licen[sc]e|\bL?GPL",
    "MIT or BSD": r"Permission\s+(?:is\s+hereby\s+granted|to\s+use)|Redistribution\s+and\s+use",
    "Apache": r"Apache\s+License",
    "Artistic": r"Artistic\s+Licen[sc]e",
    "MPL": r"Mozilla\s+Public\s+License",
    "public domain": r"public[\s-]+domain",
    "Python": r"PYTHON\s+SOFTWARE\s+FOUNDATION",
}


@dataclass(frozen=True)
class Package:
    """A package of Debian's in an image, with its licences by its own file."""

    name: str
    version: str
    architecture: str
    source: str
    licences: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Address of the package in the notation of bills of material."""
        version = self.version.replace("+", "%2B").replace("~", "%7E").replace(":", "%3A")
        return f"pkg:deb/debian/{self.name}@{version}?arch={self.architecture}"


@dataclass(frozen=True)
class Contents:
    """What is installed in an image."""

    debian: list[Package]
    python: list[tuple[str, str, str]]
    """Name, version, and licence by its own words, which may be empty."""


def build_twice() -> list[str]:
    """Build the workflow's image twice; returns the digests of its layers, or fails by name."""
    with tempfile.TemporaryDirectory() as folder:
        commit(Path(folder))
        first, second = (_build(f"{IMAGE}:{number}", folder) for number in (1, 2))
    if first != second:
        differing = [
            n for n, both in enumerate(zip(first, second, strict=True)) if len({*both}) > 1
        ]
        files = ", ".join(_differences()) or "nothing but times"
        raise Finding(f"layers {differing} of {len(first)} differ in two builds: {files}")
    return first


def _build(tag: str, context: str) -> list[str]:
    if shutil.which("podman") is None:
        raise Finding("podman is not installed, and no other engine gives all files one time")
    words = ["--build-arg", f"BASE_IMAGE={base}"] if (base := _base()) else []
    more = shlex.split(os.environ.get("BUILD_OPTIONS", ""))
    output(
        "podman", "build", "--no-cache", "--quiet", "--timestamp", _EPOCH, *words, *more,
        "--target", "workflow", "--tag", tag, context,
    )  # fmt: skip
    layers = output("podman", "image", "inspect", "--format", "{{json .RootFS.Layers}}", tag)
    return list(json.loads(layers))


def _base() -> str | None:
    """Return the base that was asked for, which podman gets from docker where only that has it."""
    base = os.environ.get("BASE_IMAGE")
    has = [subprocess.run([engine, "image", "inspect", base], capture_output=True, check=False)
           for engine in ("podman", "docker") if base and shutil.which(engine)]  # fmt: skip
    if [each.returncode == 0 for each in has] == [False, True]:
        both = f"docker save {shlex.quote(str(base))} | podman load --quiet"
        output("bash", "-o", "pipefail", "-c", both)
    return base


def _differences(most: int = 10) -> list[str]:
    """Name files that differ in the two images."""
    with _mounted(f"{IMAGE}:1") as one, _mounted(f"{IMAGE}:2") as two:
        compared = subprocess.run(
            ["diff", "--recursive", "--brief", "--no-dereference", one, two],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return [line.replace(str(one), "").replace(str(two), "") for line in
                compared.stdout.splitlines()[:most]]  # fmt: skip


@contextmanager
def _mounted(tag: str) -> Iterator[Path]:
    yield Path(output("podman", "image", "mount", tag).decode().strip())
    output("podman", "image", "unmount", tag)


def contents() -> Contents:
    """Ask in the image what is installed there."""
    command = ("podman", "run", "--rm", "--network=none", "--entrypoint",
               "python3", f"{IMAGE}:2", "-P", "-c", _LIST)  # fmt: skip
    listed = json.loads(output(*command))
    debian = [Package(*fields, _licences(text)) for *fields, text in listed["debian"]]
    return Contents(debian, [(*fields,) for fields in listed["python"]])


def _licences(text: str) -> tuple[str, ...]:
    """Return the licences that a copyright file names, by its fields, else by its words."""
    named = {" ".join(name.split()) for name in _NAMED.findall(text)}
    if text.startswith("Format:") and named:
        return tuple(sorted(named))
    return tuple(sorted(name for name, words in _IN_TEXT.items() if re.search(words, text, re.I)))


def normal(name: str) -> str:
    """Return the one spelling of a Python package's name."""
    return re.sub("[-_.]+", "-", name).lower()


def bill_of_material(found: Contents, version: str) -> dict[str, object]:
    """Return what is in the image as a bill of material in CycloneDX."""
    debian = [
        {
            "type": "library", "bom-ref": package.purl, "name": package.name,
            "version": package.version, "purl": package.purl,
            "licenses": [{"license": {"name": name}} for name in package.licences],
        }
        for package in found.debian
    ]  # fmt: skip
    python = [
        {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        | ({"licenses": [{"license": {"name": licence}}]} if licence else {})
        for name, version, licence in found.python
        if (purl := f"pkg:pypi/{normal(name)}@{version}")
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "container", "bom-ref": "evosweep", "name": "evosweep", "version": version,
            }
        },
        "components": [*debian, *python],
    }  # fmt: skip
