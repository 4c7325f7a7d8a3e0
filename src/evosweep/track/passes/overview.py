"""An experiment's front in MLflow: its description with the verdict, and its prepared views."""

from pathlib import Path

from evosweep.files.content_id import content_id
from evosweep.track.content import note
from evosweep.track.content.swept import swept_keys
from evosweep.track.content.verdict import read_verdict
from evosweep.track.content.views import Subject, view_tags
from evosweep.track.passes.target import Target

NOTE = "mlflow.note.content"
_OURS = "evosweep.note"
"""The digest of the description as evosweep wrote it: one that somebody edited stays."""


def show_overview(target: Target, folder: Path, comparison: str) -> None:
    """Bring the views and the description of an experiment up to date.

    `folder` has the files of the comparison; `comparison` is its run in MLflow, if there is one.
    """
    tags = view_tags(_subject(target)) | _description(target, folder, comparison)
    target.store.tag(target.experiment, tags)


def _subject(target: Target) -> Subject:
    parents = target.parents
    facts = list(parents.facts.values())
    swept = swept_keys(facts)
    return Subject(
        swept,
        [key for key in swept if all(key in each for each in facts)],
        convergence=parents.convergence,
    )


def _description(target: Target, folder: Path, comparison: str) -> dict[str, str]:
    tags = target.experiment.tags
    before = tags.get(NOTE, "")
    if before and content_id(before) != tags.get(_OURS):
        return {}
    text = note.of_experiment(target.experiment.id, read_verdict(folder), comparison)
    return {NOTE: text, _OURS: content_id(text)}
