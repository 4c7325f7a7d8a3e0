"""Write one zip of experiments: reports, all files that they link to, and records."""

import zipfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from shutil import copyfileobj
from urllib.parse import quote

from evosweep.compare.read.study import Study
from evosweep.errors import InputError
from evosweep.files.opening import check_own, is_file, is_folder, open_file
from evosweep.files.writing import replacement

LARGEST = 2**32  # bytes of a file
WHEN = (1980, 1, 1, 0, 0, 0)  # the date of every file, so that equal results give equal zips
RECORDS = ("record.json", "population.parquet", "logbook.parquet")
REPORT = Path("comparison/report.html")
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>evosweep: reports</title>
<style>:root {{ color-scheme: light dark; }} body {{ font: 1.1rem/1.6 sans-serif; margin: 2rem; }}
</style></head><body><h1>Reports</h1><ul>{items}</ul></body></html>
"""


def write_bundle(studies: Sequence[Study], path: Path) -> int:
    """Write the zip whole or not at all; returns the number of files in it.

    Raises
    ------
    InputError
        If an experiment has no report yet.
    """
    for study in studies:
        if not is_file(study.folder / REPORT):
            raise InputError(
                f"{study.folder}: has no report; make it first: evosweep compare {study.folder}"
            )
    check_own(path)
    with (
        replacement(path) as target,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        _add_text(archive, "index.html", _index(studies))
        files = [(study, file) for study in studies for file in _files(study)]
        for study, file in files:
            name = f"{study.name}/{file.relative_to(study.folder).as_posix()}"
            _add_file(archive, name, file)
    return len(files) + 1


def _files(study: Study) -> Iterator[Path]:
    """Yield the regular files of the report's folder, and the records of the report's runs."""
    for folder in (REPORT.parent, Path("changes")):
        if is_folder(study.folder / folder):
            yield from _below(study.folder / folder)
    for run in sorted((*study.runs, *study.earlier), key=lambda run: run.run_id):
        yield from filter(is_file, (run.folder.path / name for name in RECORDS))


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if is_folder(path):
            yield from _below(path)
        elif is_file(path) and not path.name.startswith("."):
            yield path


def _index(studies: Sequence[Study]) -> str:
    items = "".join(
        f'<li><a href="{quote(f"{study.name}/{REPORT.as_posix()}")}">{escape(study.name)}</a></li>'
        for study in studies
    )
    return _PAGE.format(items=items)


def _add_text(archive: zipfile.ZipFile, name: str, text: str) -> None:
    with archive.open(_entry(name), "w") as target:
        target.write(text.encode())


def _add_file(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    if (size := path.lstat().st_size) > LARGEST:
        raise InputError(f"{path}: has {size} bytes, more than a report or a record; remove it")
    with open_file(path) as source, archive.open(_entry(name), "w", force_zip64=True) as target:
        copyfileobj(source, target, 2**20)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
