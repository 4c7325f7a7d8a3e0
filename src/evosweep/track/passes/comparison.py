"""The output of `evosweep compare`, as a run of its own in the experiment."""

import hashlib
import shlex
from collections.abc import Iterator
from pathlib import Path

from evosweep.files.content_id import content_id
from evosweep.files.opening import is_file, is_folder, read_bytes
from evosweep.track.content.mlflow_run import FINISHED, MlflowRun, clipped
from evosweep.track.content.verdict import WINNERS, read_verdict, winners_table
from evosweep.track.passes.index import Tracked
from evosweep.track.passes.target import COMPARISON, COMPARISON_KEY, Target

_NOTE = """{verdict}

Open `report.html` under Artifacts; each table is beside it as CSV, each plot under `plots`, and
`winners.json` has the winner of each pair of algorithms with its p. Made again:

```
evosweep compare {command}
```"""
_LARGEST = 2**28
"""Most bytes of one file of a comparison."""
_TABLES = '[{"path": "winners.json", "type": "table"}]'


def track_comparison(target: Target, folder: Path) -> str:
    """Bring the comparison in `folder` to MLflow, if it has changed since it was tracked.

    Returns its id there, "" if there is none.
    """
    before = target.comparison
    files = sorted(_files(folder)) if is_folder(folder) and is_file(folder / "report.html") else []
    stamp = _stamp(files)
    if before and before.stamp == stamp:
        return before.mlflow_id
    if not files:
        _forget(target)
        return ""
    run = _as_run(target.name, folder, files)
    if before is not None and before.content == run.mlflow_id:
        mlflow_id = before.mlflow_id
    else:
        _forget(target)
        mlflow_id = target.store.create(target.experiment, [run])[0]
    target.keep(
        Tracked(
            COMPARISON_KEY,
            stamp,
            mlflow_id=mlflow_id,
            content=run.mlflow_id,
            configuration="",
            status=FINISHED,
            finished=run.start,
            place=0,
        )
    )
    return mlflow_id


def _forget(target: Target) -> None:
    if target.comparison is not None:
        target.forget(target.comparison)


def _files(folder: Path) -> Iterator[Path]:
    """Return the files of a comparison; without its pages of runs, each of which MLflow shows
    itself."""
    files = (path for path in folder.rglob("*") if is_file(path) and path.name[0] != ".")
    return (path for path in files if path.parent.name != "run")


def _stamp(files: list[Path]) -> str:
    states = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:16] if files else ""


def _as_run(experiment: str, folder: Path, files: list[Path]) -> MlflowRun:
    names: dict[str, Path | bytes] = {str(path.relative_to(folder)): path for path in files}
    description = _note(folder)
    contents = [
        part
        for path in files
        for part in (str(path.relative_to(folder)), read_bytes(path, _LARGEST))
    ]
    mlflow_id = content_id(experiment, COMPARISON, description, *contents)
    written = round(1000 * max(path.stat().st_mtime for path in files))
    tags = {
        "kind": COMPARISON,
        "evosweep": "entry",
        "content": mlflow_id,
        "folder": COMPARISON_KEY,
        "mlflow.source.name": "evosweep compare",
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": description,
    }
    if winners := winners_table(folder):
        names[WINNERS] = winners
        tags["mlflow.loggedArtifacts"] = _TABLES
    return MlflowRun(
        mlflow_id,
        COMPARISON,
        FINISHED,
        start=written,
        end=written,
        params={},
        tags=tags,
        files=names,
    )


def _note(folder: Path) -> str:
    """Return the verdict, and the command with the results' absolute path: it works from
    everywhere."""
    verdict = "\n".join(f"- {sentence}" for sentence in read_verdict(folder))
    command = shlex.quote(str(folder.parent.absolute()))
    return clipped(_NOTE.format(verdict=verdict or "A comparison.", command=command))
