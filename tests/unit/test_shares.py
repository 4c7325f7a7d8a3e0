"""Shares of a grid: the same partition on every host, whatever is finished there."""

import random
from typing import Any

import pytest

from evosweep.config.spec import RunSpec
from evosweep.errors import InputError
from evosweep.workflow.cost import evaluations
from evosweep.workflow.share import Share, parse, partition


def spec(**algorithm: Any) -> RunSpec:
    """A run whose algorithm has these parameters and options."""
    options = {key: algorithm.pop(key) for key in ("stop",) if key in algorithm}
    return RunSpec.parse(
        {
            "problem": {"use": "onemax", "params": {"bits": 10}},
            "algorithm": {"use": "ea_simple", "params": algorithm, **options},
            "backend": {"use": "serial"},
            "seed": 1,
        }
    )


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10])
def test_the_shares_have_each_part_once_and_about_the_same_work(count: int) -> None:
    drawn = random.Random(count)
    costs = [drawn.choice([1.0, 3.0, 50.0, 400.0]) for _ in range(200)]
    shares = partition(costs, count)
    assert set(shares) == set(range(1, count + 1))
    loads = [sum(c for c, s in zip(costs, shares, strict=True) if s == k) for k in set(shares)]
    assert max(loads) - min(loads) <= max(costs)
    assert partition(costs, count) == shares


def test_more_shares_than_parts_leave_some_empty() -> None:
    assert sorted(partition([1.0, 1.0], 5)) == [1, 2]


def test_a_share_is_read() -> None:
    assert parse("3/10") == Share(3, 10)
    assert str(parse("10/10")) == "10/10"


@pytest.mark.parametrize(
    ("variable", "value", "number"),
    [
        ("SLURM_ARRAY_TASK_ID", "1", 1),
        ("SLURM_ARRAY_TASK_ID", "4", 4),
        ("JOB_COMPLETION_INDEX", "0", 1),
        ("JOB_COMPLETION_INDEX", "3", 4),
        ("AWS_BATCH_JOB_ARRAY_INDEX", "0", 1),
        ("PBS_ARRAY_INDEX", "2", 2),
        ("PBS_ARRAYID", "2", 2),
        ("LSB_JOBINDEX", "4", 4),
    ],
)
def test_the_number_comes_from_the_task_of_an_array(variable: str, value: str, number: int) -> None:
    """SLURM's count and least number change with the tasks that are submitted; they do not count"""
    misleading = {"SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "4"}
    assert parse("auto/4", misleading | {variable: value}) == Share(number, 4)


@pytest.mark.parametrize(
    ("value", "environment", "message"),
    [
        ("0/3", {}, "K from 1 to N"),
        ("4/3", {}, "K from 1 to N"),
        ("1/0", {}, "N is from 1"),
        ("1/9999999", {}, "N is from 1"),
        ("3", {}, "write share=K/N"),
        (0.3, {}, "write share=K/N"),
        ("auto", {}, "write share=K/N"),
        ("auto/4", {}, "no task of an array"),
        ("auto/4", {"SLURM_ARRAY_TASK_ID": "0"}, "numbered from 1 to 4"),
        ("auto/4", {"SLURM_ARRAY_TASK_ID": "5"}, "numbered from 1 to 4"),
        ("auto/4", {"JOB_COMPLETION_INDEX": "4"}, "numbered from 0 to 3"),
    ],
)
def test_a_wrong_share_is_told_in_a_line(
    value: object, environment: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse(value, environment)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("run", "least"),
    [
        (spec(population=100, generations=40), 4100),
        (spec(population=100, generations=40, stop={"evaluations": 500}), 500),
        (spec(population=10, lambda_=50, generations=9), 500),
        (spec(evaluations=77), 77),
    ],
)
def test_the_cost_of_a_run_is_its_evaluations(run: RunSpec, least: float) -> None:
    assert evaluations(run) == least
