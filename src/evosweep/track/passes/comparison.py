"""What `evosweep compare` wrote, as a run of its own in the experiment."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from evosweep.track.content.entry import FINISHED, Entry, content_id
from evosweep.track.passes.index import Index, Tracked
from evosweep.track.store.client import Experiment, Store

FOLDER = "comparison"
KEY = ".comparison"
"""Its place in the index, where no run's folder can be."""
_NOTE = (
    "The comparison of this experiment's runs. Open `report.html` under Artifacts; each table is "
    "beside it as CSV, each plot under `plots`.\n\n```\nevosweep compare {name}\n```"
)


def track_comparison(
    store: Store, index: Index, experiment: Experiment, folder: Path, known: Tracked | None
) -> None:
    """Brings the comparison in `folder` to MLflow, if it has changed since `known`."""
    files = sorted(_files(folder)) if (folder / "report.html").exists() else []
    stamp = _stamp(files)
    if known and known.stamp == stamp:
        return
    if not files:
        _remove(store, index, experiment, known)
        return
    entry = _entry(experiment.name, folder, files)
    if known is None or known.content != entry.mlflow_id:
        _remove(store, index, experiment, known)
        mlflow_id = store.create(experiment, [entry])[0]
    else:
        mlflow_id = known.mlflow_id
    row = Tracked(KEY, stamp, mlflow_id, entry.mlflow_id, "", FINISHED, entry.start, place=0)
    index.keep(experiment.name, [row])


def _remove(store: Store, index: Index, experiment: Experiment, known: Tracked | None) -> None:
    if known is not None:
        store.delete(known.mlflow_id)
        index.drop(experiment.name, known)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")


def _stamp(files: list[Path]) -> str:
    states = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:16] if files else ""


def _entry(experiment: str, folder: Path, files: list[Path]) -> Entry:
    names = {str(path.relative_to(folder)): path for path in files}
    contents = [part for name, path in names.items() for part in (name, path.read_bytes())]
    mlflow_id = content_id(experiment, FOLDER, *contents)
    written = round(1000 * max(path.stat().st_mtime for path in files))
    tags = {
        "kind": FOLDER,
        "evosweep": "entry",
        "content": mlflow_id,
        "folder": KEY,
        "mlflow.source.name": "evosweep compare",
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": _NOTE.format(name=experiment),
    }
    return Entry(mlflow_id, FOLDER, FINISHED, written, written, {}, tags, files=dict(names))
