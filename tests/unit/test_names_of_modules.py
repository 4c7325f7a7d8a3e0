"""Modules of the tests have names of their own: pytest imports them all by their bare names."""

from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]
APART = {"__main__", "conftest", "executors"}
"""Names that are not imported by themselves; that of tests/faults is only for its programs."""


def test_no_two_folders_with_tests_have_a_module_of_one_name() -> None:
    """The second `import` would return the first module, by the order in which tests are run."""
    folders = {TESTS, *(file.parent for file in TESTS.rglob("test_*.py"))}
    places = defaultdict(set)
    for folder in folders:
        for file in folder.glob("*.py"):
            places[file.stem].add(str(folder.relative_to(TESTS)))
    twice = {name: each for name, each in places.items() if len(each) > 1 and name not in APART}
    assert twice == {}
