"""An RO-Crate of an experiment: its config, receipts, results and software, described in JSON-LD.

RO-Crate 1.1 (Soiland-Reyes et al.: Packaging research artefacts with RO-Crate, Data Science 5,
2022), written by the package `rocrate`.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evosweep import __version__
from evosweep.compare.extra import need
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.export.written import Written
from evosweep.files.opening import is_file, is_folder
from evosweep.records.reading import read_record
from evosweep.records.record import Record

PARQUET = "application/vnd.apache.parquet"
UNLICENSED = "No licence is stated: ask the authors before you use these data."
FILES = {
    "record": ("receipt", "application/json"),
    "population": ("final population", PARQUET),
    "logbook": ("one row per generation", PARQUET),
}


def write(
    study: Study, folder: Path, config: Path | None = None, license: str | None = None
) -> Written:
    """Write the crate, with the config if given; the journals, which are large, are left out."""
    need("rocrate.rocrate")
    from rocrate.rocrate import ROCrate

    crate = ROCrate(gen_preview=True, version="1.1")
    crate.name = f"evosweep experiment {study.name}"
    crate.description = (
        f"{len(study.runs)} runs of {len(study.configurations)} configurations, with receipts, "
        "final populations and logbooks"
    )
    # The crate's date is that of its youngest run, so that the same runs give the same crate.
    finished = max(read_record(run.folder).finished for run in study.runs)
    crate.root_dataset["datePublished"] = finished
    crate.license = _licence(crate, license)
    software = _add_software(crate, study)
    for path in _shared(study):
        crate.add_file(path, path.relative_to(study.folder).as_posix(), properties=_type(path))
    if config is not None:
        crate.add_file(config, f"config/{config.name}", properties=_type(config))
    for run in study.runs:
        _add_run(crate, study, run, software)
    crate.write(folder)
    return Written(f"{len(study.runs)} runs")


def _licence(crate: Any, address: str | None) -> Any:
    """What the crate says on its use: the licence at an address, or that there is none."""
    from rocrate.model.contextentity import ContextEntity

    if address is None:
        return UNLICENSED
    known = {"@type": "CreativeWork", "name": address, "description": f"The licence at {address}"}
    return crate.add(ContextEntity(crate, address, known))


def _shared(study: Study) -> Iterator[Path]:
    """Config and comparison, where the experiment has them."""
    for pattern in ("*.yaml", "*.yml", "*.json", "comparison/*.html", "comparison/*.csv"):
        folder = (study.folder / pattern).parent
        if folder == study.folder or is_folder(folder):
            yield from (path for path in sorted(folder.glob(Path(pattern).name)) if is_file(path))


def _type(path: Path) -> dict[str, str]:
    kinds = {".csv": "text/csv", ".html": "text/html", ".json": "application/json"}
    return {"encodingFormat": kinds.get(path.suffix, "application/yaml")}


def _add_software(crate: Any, study: Study) -> list[Any]:
    """The packages of the runs' environments, one entity for each version that was used."""
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


def _add_run(crate: Any, study: Study, run: Run, software: list[Any]) -> None:
    """The files of a run, and the action that made them."""
    from rocrate.model.contextentity import ContextEntity

    receipt, label = read_record(run.folder), f"{study.problem(run)}, {study.algorithm(run)}"
    made = []
    for attribute, (what, kind) in FILES.items():
        path: Path = getattr(run.folder, attribute)
        if is_file(path):  # never what a link points to
            described = {"name": f"{label}, seed {run.seed}: {what}", "encodingFormat": kind}
            place = f"runs/{run.run_id}/{path.name}"
            made.append(crate.add_file(path, place, properties=described))
    used = {f"#{name}-{version}" for name, version in _packages(receipt)}
    action = crate.add(
        ContextEntity(
            crate,
            f"#run-{run.run_id}",
            {
                "@type": "CreateAction",
                "name": f"{label}, {study.backend(run)}, seed {run.seed}",
                "startTime": receipt.started,
                "endTime": receipt.finished,
                "instrument": [{"@id": item.id} for item in software if item.id in used],
                "result": [{"@id": item.id} for item in made],
            },
        )
    )
    crate.root_dataset.append_to("mentions", action)


def _packages(receipt: Record) -> Iterator[tuple[str, str]]:
    """Names and versions of what a run used."""
    environment = receipt.environment
    packages = dict(environment.get("packages") or {})
    packages.setdefault("python", environment.get("python") or sys.version.split()[0])
    packages.setdefault("evosweep", environment.get("evosweep") or __version__)
    yield from ((name, str(version)) for name, version in packages.items() if version)
