"""Write an RO-Crate of an experiment: config, receipts, results and software in JSON-LD.

RO-Crate 1.1 (Soiland-Reyes et al.: Packaging research artefacts with RO-Crate, Data Science 5,
2022), of the profile Workflow Run Crate. The package `rocrate` writes it.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evosweep import __version__
from evosweep.compare.extra import need
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.errors import Damaged
from evosweep.export.crate_workflow import add_execution, add_workflow
from evosweep.export.written import Written
from evosweep.files.opening import is_file, is_folder
from evosweep.records.reading import read_record
from evosweep.records.record import Record
from evosweep.records.tables import open_table

PARQUET = "application/vnd.apache.parquet"
UNLICENSED = "No licence is stated: ask the authors before you use these data."
LARGEST = 2**36
"""Most bytes of a file: a sparse file may be huge, and its copy would fill the disk."""


def write(
    study: Study,
    folder: Path,
    config: Path | None = None,
    license: str | None = None,
    *,
    workflow: Path,
) -> Written:
    """Write the crate, with the config if it is given, but without the large journals.

    `workflow` is the folder with the Snakefile.
    """
    need("rocrate.rocrate")
    from rocrate.rocrate import ROCrate

    crate = ROCrate(gen_preview=True, version="1.1")
    crate.name = f"evosweep experiment {study.name}"
    crate.description = (
        f"{len(study.runs)} runs of {len(study.configurations)} configurations, with receipts, "
        "final populations and logbooks"
    )
    # The crate's date is that of its youngest run, so that the same runs give the same crate.
    receipts = [read_record(run.folder) for run in study.runs]
    finished = max(receipt.finished for receipt in receipts)
    crate.root_dataset["datePublished"] = finished
    crate.license = _licence(crate, license)
    software = _add_software(crate, study)
    performed = add_workflow(crate, workflow, __version__)
    results = [
        crate.add_file(path, path.relative_to(study.folder).as_posix(), properties=_type(path))
        for path in _shared(study)
    ]
    asked = None
    if config is not None:
        asked = crate.add_file(config, f"config/{config.name}", properties=_type(config))
    left_out = [
        line
        for run in study.runs
        for line in _add_run(crate, study, run, software, results=results)
    ]
    times = (min(receipt.started for receipt in receipts), finished)
    add_execution(crate, performed, config=asked, results=results, times=times)
    crate.write(folder)
    return Written(f"{len(study.runs)} runs", left_out)


def _licence(crate: Any, address: str | None) -> Any:
    """Return the crate's statement on its use: a licence by address, or that there is none."""
    from rocrate.model.contextentity import ContextEntity

    if address is None:
        return UNLICENSED
    described = {
        "@type": "CreativeWork",
        "name": address,
        "description": f"The licence at {address}",
    }
    return crate.add(ContextEntity(crate, address, described))


def _shared(study: Study) -> Iterator[Path]:
    """Yield the config and the comparison's files, if the experiment has them."""
    for pattern in ("*.yaml", "*.yml", "*.json", "comparison/*.html", "comparison/*.csv"):
        folder = (study.folder / pattern).parent
        if folder == study.folder or is_folder(folder):
            yield from filter(_is_shareable, sorted(folder.glob(Path(pattern).name)))


def _is_shareable(path: Path) -> bool:
    return is_file(path) and path.stat().st_size <= LARGEST


def _type(path: Path) -> dict[str, str]:
    kinds = {".csv": "text/csv", ".html": "text/html", ".json": "application/json"}
    return {"encodingFormat": kinds.get(path.suffix, "application/yaml")}


def _add_software(crate: Any, study: Study) -> list[Any]:
    """Add the packages of the runs' environments; returns one entity for each version."""
    from rocrate.model.contextentity import ContextEntity

    versions: Counter[tuple[str, str]] = Counter()
    for run in study.runs:
        versions.update(_packages(read_record(run.folder)))
    return [
        crate.add(
            ContextEntity(
                crate,
                f"#{name}-{version}",
                {"@type": "SoftwareApplication", "name": name, "softwareVersion": version},
            )
        )
        for name, version in sorted(versions)
    ]


def _add_run(
    crate: Any, study: Study, run: Run, software: Sequence[Any], *, results: list[Any]
) -> list[str]:
    """Add the files of a run, to `results` too, and the action that made them.

    Returns a line for each omitted file.
    """
    from rocrate.model.contextentity import ContextEntity

    receipt, label = read_record(run.folder), f"{study.problem(run)}, {study.algorithm(run)}"
    parts, left_out = [], []
    for path, (what, kind) in _files(run).items():
        try:
            _check(run, path)
        except FileNotFoundError:
            continue
        except Damaged as damage:
            left_out.append(str(damage))
            continue
        described = {"name": f"{label}, seed {run.seed}: {what}", "encodingFormat": kind}
        parts.append(crate.add_file(path, f"runs/{run.run_id}/{path.name}", properties=described))
    results += parts
    used = {f"#{name}-{version}" for name, version in _packages(receipt)}
    action = {
        "@type": "CreateAction",
        "name": f"{label}, {study.backend(run)}, seed {run.seed}",
        "startTime": receipt.started,
        "endTime": receipt.finished,
        "instrument": [{"@id": item.id} for item in software if item.id in used],
        "result": [{"@id": item.id} for item in parts],
    }
    entity = crate.add(ContextEntity(crate, f"#run-{run.run_id}", action))
    crate.root_dataset.append_to("mentions", entity)
    return left_out


def _files(run: Run) -> dict[Path, tuple[str, str]]:
    """Return the description and the media type of each file of a run."""
    return {
        run.folder.record: ("receipt", "application/json"),
        run.folder.population: ("final population", PARQUET),
        run.folder.logbook: ("one row per generation", PARQUET),
    }


def _check(run: Run, path: Path) -> None:
    """Raise `Damaged` for a link, whose target may be private, and for a damaged file."""
    rows = run.population if path == run.folder.population else run.logbook_rows
    if path != run.folder.record:
        with open_table(path, rows, 64 * (run.genome_length or 0)):
            pass
    if path.stat().st_size > LARGEST:
        raise Damaged(path.parent, path.name, f"has more than {LARGEST} bytes")


def _packages(receipt: Record) -> Iterator[tuple[str, str]]:
    """Yield name and version of each package that a run used."""
    environment = receipt.environment
    packages = dict(environment.get("packages") or {})
    packages.setdefault("python", environment.get("python") or sys.version.split()[0])
    packages.setdefault("evosweep", environment.get("evosweep") or __version__)
    yield from ((name, str(version)) for name, version in packages.items() if version)
