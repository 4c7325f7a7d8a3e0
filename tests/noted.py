"""What a test notes for the tables at the end; a worker of pytest-xdist sends it along."""

import pytest

_items: list[pytest.Item] = []


def begin(item: pytest.Item) -> None:
    """From here on, notes are those of this test."""
    _items[:] = [item]


def note(name: str, value: object) -> None:
    """Note a value of plain types."""
    _items[0].user_properties.append((name, value))


def noted() -> list[tuple[str, object]]:
    """Return what the test has noted so far."""
    return _items[0].user_properties
