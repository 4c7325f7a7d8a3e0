"""Of a Hypothesis test, coverage sees the first examples."""

import sys
from types import FrameType

import covering
from hypothesis import given, settings
from hypothesis import strategies as st

_examples: list[tuple[int, bool]] = []


@settings(max_examples=3 * covering.EXAMPLES, database=None, derandomize=True)
@given(st.integers())
def _search(number: int) -> None:
    _examples.append((number, sys.gettrace() is not None))


def _see(_: FrameType, __: str, ___: object) -> None:
    """In the place of coverage's tracer."""


def test_the_first_examples_alone_are_measured_and_the_others_are_the_same() -> None:
    before = sys.gettrace()
    sys.settrace(None)
    try:
        with covering.first_examples(_search):
            _search()
        plain = [number for number, _ in _examples]
        _examples.clear()
        sys.settrace(_see)
        with covering.first_examples(_search):
            _search()
        assert sys.gettrace() is _see
    finally:
        sys.settrace(before)
    assert [number for number, _ in _examples] == plain
    measured = [is_measured for _, is_measured in _examples]
    assert measured == sorted(measured, reverse=True)
    assert sum(measured) == covering.EXAMPLES < len(measured)
