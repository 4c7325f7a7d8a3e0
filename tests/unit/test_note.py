"""The note of a run in MLflow: the command that repeats it."""

import json
import shlex
from typing import Any

import pytest

from evosweep.records.record import Named
from evosweep.track.content import note

PART: dict[str, Any] = {"use": "deap.algorithms:eaSimple", "params": {"b": [1, 2.5], "a": "é\n"}}
SPEC: dict[str, Any] = {"problem": PART, "seed": 7, "algorithm": PART, "backend": {"use": "serial"}}


@pytest.mark.parametrize("more", [{}, {"import_path": "src"}, {"zeta": [1]}, {"seed": 8}])
def test_the_command_has_the_whole_spec_in_lines_with_sorted_keys(more: dict[str, Any]) -> None:
    spec: Any = SPEC | more
    run = Named.model_construct(run_id="0123456789ab", spec=spec)
    text = shlex.quote(json.dumps(spec, sort_keys=True, indent=1))
    assert f"evosweep run --spec {text} --out repeat/0123456789ab" in note.of_unfinished(run, "")
