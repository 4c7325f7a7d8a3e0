"""Check this machine's container engine and the image before anything runs.

InputError says in one line what is wrong: the engine is not installed, its daemon does not answer,
the image is missing, it contains no evosweep, or its evosweep differs from the caller's.
"""

import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

from evosweep import __version__
from evosweep.containers.command_line import ENGINES, EngineContainer, Image
from evosweep.errors import InputError, shown
from evosweep.files import strict_json
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
    match _read(answer.stdout):
        case [dict(inspected), *_] if isinstance(identity := inspected.get("Id"), str):
            _check_labels(engine, name, _labels(inspected.get("Config"), "Labels"))
            return Image(name, _digest(identity, inspected.get("RepoDigests")))
    raise InputError(f"image {name}: {engine} describes it in a way that evosweep cannot read")


def _read(text: str) -> object:
    """Return the JSON value that an engine prints; None if it prints none."""
    try:
        return strict_json.loads(text)
    except ValueError:
        return None


def _labels(owner: object, name: str) -> dict[str, str]:
    """Return the labels in a part of an engine's answer; {} if it has none."""
    labels = owner.get(name) if isinstance(owner, dict) else None
    pairs = labels.items() if isinstance(labels, dict) else ()
    return {str(key): value for key, value in pairs if isinstance(value, str)}


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
    told = _read(answer.stdout)
    for key in ("data", "attributes"):
        told = told.get(key) if isinstance(told, dict) else None
    _check_labels("apptainer", name, _labels(told, "labels"))
    if path.is_dir():
        return Image(name, "")
    with path.open("rb") as file:
        return Image(name, f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}")


def _digest(identity: str, references: object) -> str:
    """Return the registry digest of an image, else its id, which docker and podman share."""
    for reference in references if isinstance(references, list) else ():
        repository, _, digest = str(reference).partition("@")
        if digest and not repository.startswith("localhost/"):
            return digest
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
