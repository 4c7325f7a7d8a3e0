"""What the processes of a job tell each other through its folder."""

from pathlib import Path
from typing import Any

from evosweep.config.spec import RunSpec
from evosweep.supervision.job_folder import JobFolder


def _spec(seed: int, **params: Any) -> dict[str, Any]:
    return {
        "problem": {"use": "onemax", "params": params},
        "algorithm": {"use": "ea_simple"},
        "backend": {"use": "serial"},
        "seed": seed,
    }


def test_the_names_of_its_runs_are_the_same_before_and_after_they_are_noted(tmp_path: Path) -> None:
    """Without the note the names come from the models: the first spec's seeds, then the others."""
    others = [_spec(7, bits=20), _spec(1, bits=30)]
    with JobFolder.temporary(
        spec=_spec(1), seeds=[2, 1], others=others, out=tmp_path, several=True
    ) as job:
        wanted = [RunSpec.parse(each).run_id for each in (_spec(2), _spec(1), *others)]
        assert job.names() == wanted
        job.note_names(job.specs())
        job.others = []
        assert job.names() == wanted
