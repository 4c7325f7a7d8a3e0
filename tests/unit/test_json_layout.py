"""JSON in lines says what `json` says, to the letter but for lists of numbers."""

import json
import math
import random
import re

import pytest

from evosweep.files import json_layout

_LIST_OF_NUMBERS = re.compile(r"\[\n[^][{}\"]*\]")
_TEXTS = ("", "a", "é\u2028", '[\n 1, "2"\n]', "\ud800", "\x7f\\", "{", "[1, 2]")
_SCALARS = (0, -7, 2**70, 1.5, -0.0, 1e300, True, False, None, *_TEXTS)


def _by_json(value: object) -> str:
    """The reference: Python's own indented JSON, with each list of numbers drawn together."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return _LIST_OF_NUMBERS.sub(lambda numbers: " ".join(numbers[0].split()), text)


def _some(draws: random.Random, depth: int) -> object:
    size = draws.randrange(4)
    match draws.randrange(4) if depth else 0:
        case 0:
            return draws.choice(_SCALARS)
        case 1:
            return [draws.choice((1, 2.5, None, True)) for _ in range(size)]
        case 2:
            return [_some(draws, depth - 1) for _ in range(size)]
    keys = [draws.choice((*_TEXTS, 1, 2.5, None, True)) for _ in range(size)]
    return {key: _some(draws, depth - 1) for key in keys}


@pytest.mark.parametrize("seed", range(20))
def test_every_value_is_laid_out_as_by_json(seed: int) -> None:
    draws = random.Random(seed)
    for _ in range(50):
        value = _some(draws, 4)
        assert json_layout.lines(value) == _by_json(value)


def test_a_tuple_and_a_subclass_are_laid_out_as_what_they_are() -> None:
    class Bits(list[int]):
        """A genome, as DEAP's `creator` makes its class."""

    value = {"best": (1.0, 2.0), "genome": Bits([0, 1]), "pairs": [(1, "a"), ()]}
    assert json_layout.lines(value) == _by_json(value)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", ["alone", "in a list", "in an object", "beside a list"])
def test_a_number_that_json_lacks_is_refused(number: float, place: str) -> None:
    values = {
        "alone": number,
        "in a list": {"a": [1.0, number]},
        "in an object": {"a": {"b": number}},
        "beside a list": {"a": number, "b": []},
    }
    with pytest.raises(ValueError, match=r"nan|inf|Out of range"):
        json_layout.lines(values[place])


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        json_layout.lines({"a": {1, 2}})
