"""The corpus: for each reader a folder of small inputs, among them every past finding."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")


def inputs(name: str) -> dict[str, bytes]:
    """Return the inputs of a reader by their file's name, sorted."""
    folder = CORPUS / name
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: path.read_bytes() for path in files}


def add(name: str, data: Iterable[bytes], prefix: str = "") -> list[Path]:
    """Add inputs to a reader's folder, each named by its content."""
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for each in data:
        path = folder / f"{prefix}{hashlib.sha256(each).hexdigest()[:12]}"
        path.write_bytes(each)
        paths.append(path)
    return paths
