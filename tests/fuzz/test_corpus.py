"""The corpus, and some hundred other inputs made from it, before every reader.

`make fuzz` looks for new ones for an hour. The random ones here are the same at each call.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import corpus
import minimise
import mutations
import pytest
from reader import Finding, Reader, Trial
from targets import READERS

RANDOM = 8
"""Random inputs for each reader."""


@pytest.fixture(params=READERS)
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Trial:
    """Each reader, with its scratch folder."""
    return Trial(READERS[request.param], tmp_path)


def findings(trial: Trial, inputs: Iterator[bytes]) -> list[str]:
    """What is wrong with a reader's answers."""
    return [str(finding) for data in inputs if (finding := trial(data)) is not None]


def test_each_reader_answers_its_corpus(trial: Trial) -> None:
    inputs = corpus.inputs(trial.reader.name)
    assert inputs, "a reader without a corpus: nothing to begin with"
    assert not findings(trial, iter(inputs.values()))


def test_each_reader_answers_random_inputs(trial: Trial) -> None:
    inputs = list(corpus.inputs(trial.reader.name).values())
    others = (mutations.mutated(inputs[seed % len(inputs)], seed) for seed in range(RANDOM))
    assert not findings(trial, others)


def test_the_corpus_is_small() -> None:
    sizes = [path.stat().st_size for path in corpus.CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) < 2**20
    assert max(sizes) <= 2**18


def test_of_what_has_grown_only_what_enters_new_lines_is_taken() -> None:
    known = list(corpus.inputs("seeds").values())
    assert minimise.chosen("seeds", known) == []
    assert minimise.chosen("seeds", [b"x" * (minimise.LARGEST + 1)]) == []


def test_no_folder_of_the_corpus_is_left_over() -> None:
    assert {path.name for path in corpus.CORPUS.iterdir()} == set(READERS)


def _raising(error: BaseException) -> Callable[[Path], object]:
    def read(_: Path) -> None:
        raise error

    return read


@pytest.mark.parametrize("error", [ValueError("x"), RecursionError(), MemoryError(), KeyError("k")])
def test_an_error_that_is_not_documented_is_a_finding(tmp_path: Path, error: Exception) -> None:
    finding = Trial(Reader("broken", _raising(error)), tmp_path)(b"data")
    assert isinstance(finding, Finding)
    assert type(error).__name__ in str(finding)


def test_a_mutation_is_the_same_for_the_same_seed() -> None:
    data = b'{"a": [1, {"b": "c"}]}'
    made = [mutations.mutated(data, seed) for seed in range(200)]
    assert made == [mutations.mutated(data, seed) for seed in range(200)]
    assert len(set(made)) > 100
