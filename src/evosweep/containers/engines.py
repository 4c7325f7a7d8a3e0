"""Check this machine's container engine and the image before anything runs.

InputError says in one line what is wrong: the engine is not installed, its daemon does not answer,
the image is missing, it contains no evosweep, or its evosweep differs from the caller's.
"""

import hashlib
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TypedDict

from evosweep import __version__
from evosweep.containers.command_line import ENGINES, EngineContainer, Image
from evosweep.errors import InputError, shown
from evosweep.machine import environment

VERSION_LABEL = "evosweep.version"
SOURCE_LABEL = "evosweep.source"


def look_at(container: EngineContainer) -> Image:
    """Return the image after checking it; raises InputError if it cannot run this evosweep."""
    if container.engine not in ENGINES:
        allowed = ", ".join(("none", *ENGINES))
        raise InputError(f"container engine '{container.engine}' is unknown; allowed: {allowed}")
    if container.reference.startswith("-"):  # the engine would take this for an option
        raise InputError(f"{shown(container.reference)} is no image; give one such as evosweep-run")
    if shutil.which(container.engine) is None:
        raise InputError(
            f"container engine {container.engine} is not installed (it is not on PATH); "
            "install it, or use container: {engine: none}"
        )
    if container.engine == "apptainer":
        return _look_at_file(container.reference)
    return _look_at_image(container.engine, container.reference)


@cache
def source_digest() -> str:
    """Return SHA-256 over the Python files of the installed evosweep."""
    package = Path(__file__).parent.parent
    hashed = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        hashed.update(f"{path.relative_to(package)}\0".encode())
        hashed.update(hashlib.sha256(path.read_bytes()).digest())
    return hashed.hexdigest()


def build_arguments() -> list[str]:
    """Return the options of `docker build` by which `make image` labels the image."""
    commit, dirty = environment.git()
    arguments = {"VERSION": __version__, "SOURCE": source_digest()}
    arguments |= {"REVISION": commit or "", "DIRTY": "1" if dirty else "0"}
    return [
        word for name, value in arguments.items() for word in ("--build-arg", f"{name}={value}")
    ]


def _look_at_image(engine: str, name: str) -> Image:
    answer = _ask([engine, "image", "inspect", name])
    if answer.returncode != 0:
        raise InputError(_why_not(engine, name, answer.stderr))
    inspected = json.loads(answer.stdout)[0]
    _check_labels(engine, name, (inspected.get("Config") or {}).get("Labels") or {})
    return Image(name, _digest(inspected))


def _look_at_file(name: str) -> Image:
    """Check an image of Apptainer's: a file or folder; Apptainer itself fetches addresses."""
    if "://" in name:
        return Image(name, name.partition("@")[2])
    path = Path(name)
    if not path.exists():
        raise InputError(
            f"image {name}: there is no such file; make one from docker's image: "
            f"apptainer build {name} docker-daemon:evosweep-run:latest"
        )
    answer = _ask(["apptainer", "inspect", "--json", "--labels", name])
    if answer.returncode != 0:
        raise InputError(f"image {name}: apptainer cannot read it ({_last_line(answer.stderr)})")
    labels = json.loads(answer.stdout)["data"]["attributes"]["labels"] or {}
    _check_labels("apptainer", name, labels)
    if path.is_dir():
        return Image(name, "")
    with path.open("rb") as file:
        return Image(name, f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")


class _Inspected(TypedDict):
    """The used part of an engine's description of an image."""

    Id: str
    RepoDigests: list[str] | None


def _digest(image: _Inspected) -> str:
    """Return the registry digest of an image, else its id, which docker and podman share."""
    for reference in image.get("RepoDigests") or ():
        repository, _, digest = reference.partition("@")
        if digest and not repository.startswith("localhost/"):
            return str(digest)
    identity = image["Id"]
    return identity if ":" in identity else f"sha256:{identity}"


def _why_not(engine: str, name: str, message: str) -> str:
    daemon = _ask([engine, "info", "--format", "{{json .}}"])
    if daemon.returncode != 0 or '"ServerErrors":' in daemon.stdout:
        reason = _last_line(daemon.stderr) or _last_line(message)
        return f"{engine} does not answer ({reason}); start it, or ask for access to it"
    return (
        f"image {name} is not known to {engine} ({_last_line(message)}); "
        f"make image ENGINE={engine} builds it, {engine} pull {name} fetches it"
    )


def _check_labels(engine: str, name: str, labels: dict[str, str]) -> None:
    version, source = labels.get(VERSION_LABEL), labels.get(SOURCE_LABEL, "")
    again = f"build it again: make image ENGINE={engine}"
    if version is None:
        raise InputError(
            f"image {name} has no evosweep in it (no label {VERSION_LABEL}); "
            f"use one made from evosweep's Dockerfile, or FROM such a one"
        )
    if version != __version__:
        raise InputError(f"image {name} has evosweep {version}, this is {__version__}; {again}")
    if source not in ("", source_digest()):
        raise InputError(
            f"image {name} has evosweep {version} from another state of its source; {again}"
        )


def _ask(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
