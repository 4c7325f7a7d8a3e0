"""Copies of the sources that a digest covers: one folder for each digest, shared by all its runs.

`sources/<digest>/` has the modules under the paths by which a program imports them
(`my_problem.py`, `shared/tools.py`), so that the folder works as an import path. A copy is written
whole and then renamed. A run whose sources cannot be copied is as good: its receipt has the digest.
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from evosweep.config.spec import RunSpec
from evosweep.errors import Damaged
from evosweep.files.opening import is_folder, output_folder, read_bytes
from evosweep.files.writing import move, remove_folder, write_new
from evosweep.plugins import sources
from evosweep.plugins.search import Source

MAX_BYTES = 4_000_000
"""Most bytes of all files of one digest; larger sources are not copied."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


def keep_sources(spec: RunSpec, folder: Path) -> None:
    """Copy the sources that a run's digests cover into `folder`, unless they are there already."""
    # A full or read-only disk, or a link in the place of the folder: the run itself will report it.
    with suppress(OSError, Damaged):
        for kind, use in spec.functions.items():
            if not (copy := folder / spec.sources[kind]).is_dir():
                _keep(sources.covered(kind, use, spec.import_path), copy)


def read_sources(spec: RunSpec, kind: str) -> dict[str, str]:
    """Return the present sources of a function, by the paths that their copies would have."""
    covered = sources.covered(kind, spec.functions[kind], spec.import_path)
    return {
        str(_place(source)): source.path.read_bytes().decode(errors="replace")
        for source in covered
        if source.path.suffix == ".py"
    }


def _keep(covered: list[Source], copy: Path) -> None:
    contents = {_place(source): source.path.read_bytes() for source in covered}
    if sum(map(len, contents.values())) > MAX_BYTES:
        return
    experiment = copy.parents[1]
    scratch = copy.with_name(f".{copy.name[:12]}.{secrets.token_hex(4)}")
    try:
        for place, content in contents.items():
            output_folder(experiment, *(scratch / place).parent.relative_to(experiment).parts)
            write_new(scratch / place, content, inside=experiment)
        move(scratch, copy, inside=experiment)
    except BaseException:  # another process was faster, or the disk is full
        with suppress(OSError, Damaged):
            remove_folder(scratch, inside=experiment)
        raise


def _place(source: Source) -> Path:
    """Return the path of a module's file below its import path."""
    place = Path(*source.module.split("."))
    if source.path.name.startswith("__init__."):
        return place / source.path.name
    return place.parent / source.path.name


def read_copies(folder: Path, digest: str) -> dict[str, str]:
    """Return the copied sources of a digest, by their path; {} if there is no regular copy."""
    root = folder / digest
    if not _DIGEST.fullmatch(digest) or not is_folder(root):
        return {}
    texts: dict[str, str] = {}
    left = MAX_BYTES
    try:
        for path in _files(root):
            content = read_bytes(path, left)
            left -= len(content)
            texts[str(path.relative_to(root))] = content.decode(errors="replace")
    except (Damaged, OSError):
        return {}
    return texts


def _files(root: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(root):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names) if name.endswith(".py"))
