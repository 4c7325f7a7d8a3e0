"""What a record says of the data behind a problem."""

from typing import Any

import numpy as np
import pytest

from evosweep.plugins.loading import load_problem
from evosweep.problems.traits import Traits
from evosweep.run.dataset import data_digest, dataset_of


def test_the_data_of_a_problem_are_named_counted_and_hashed() -> None:
    toolbox = load_problem("feature_selection")()
    found = dataset_of(Traits.of(toolbox), "feature_selection")
    assert found is not None
    assert (found["name"], found["rows"], found["columns"]) == ("breast_cancer", 569, 30)
    assert len(found["digest"]) == 64
    assert found == dataset_of(Traits.of(toolbox), "feature_selection")


def test_a_problem_without_data_has_none() -> None:
    assert dataset_of(Traits(), "onemax") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([np.zeros((2, 3))], [np.zeros((3, 2))]),
        ([np.zeros(2)], [np.zeros(2, dtype=np.float32)]),
        ([np.array([1.0, 2.0])], [np.array([1.0, np.nextafter(2.0, 3.0)])]),
        ([{"rows": 1}], [{"rows": 2}]),
    ],
)
def test_other_data_have_another_digest(one: list[Any], other: list[Any]) -> None:
    assert data_digest(one) != data_digest(other)


def test_the_order_of_bytes_in_memory_does_not_matter() -> None:
    values = np.arange(6.0).reshape(2, 3)
    other = np.asfortranarray(values.astype(">f8"))
    assert data_digest([values]) == data_digest([other])


def test_data_that_cannot_be_had_cost_the_run_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def absent() -> Any:
        raise OSError("no such file")

    assert dataset_of(Traits(dataset=absent), "mine:build") is None
    assert "mine:build: its data set cannot be described" in capsys.readouterr().err
    assert dataset_of(Traits(dataset=lambda: [1, 2]), "mine:build") == {
        "name": "mine:build",
        "digest": data_digest([[1, 2]]),
        "rows": 2,
        "columns": 1,
    }
