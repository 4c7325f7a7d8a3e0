"""The code keeps its own rules: narrow calls, one name for one class, small files, few `Any`."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from evosweep.cli import COMMANDS

Trees = dict[Path, ast.Module]
Call = tuple[str, str, list[ast.expr]]

SOURCE = Path(__file__).parents[2] / "src" / "evosweep"
LONGER = {SOURCE, SOURCE / "fast", SOURCE / "run"}
"""Packages whose `__init__` offers documented names: `evosweep.run` is a function too."""
FOREIGN_WIDE = {"prctl", "datetime", "time", "register", "pack", "pack_into", "add_row"}
ANY_NUMBER = {"digest", "suppress"}  # they take any number of parts
FOREIGN_BOOLEAN = {
    *("set_visible", "set_inheritable", "set_blocking", "get", "pop", "getattr", "addTerminal"),
}
SHAPES = {"HallOfFame", "Node", "Statistics", "Stream", "Toolbox"}
"""Protocols of objects of DEAP's or of a run's, named like the class that they describe."""


@pytest.fixture(scope="module")
def trees() -> Trees:
    return {path: ast.parse(path.read_text()) for path in sorted(SOURCE.rglob("*.py"))}


@pytest.fixture(scope="module")
def calls(trees: Trees) -> list[Call]:
    """(place, name of the function, positional arguments) of every call."""
    return [
        (f"{path.relative_to(SOURCE)}:{node.lineno}", _name(node.func), node.args)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def _name(function: ast.expr) -> str:
    """The last part of what is called."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ast.unparse(function).rpartition(".")[2]


def test_a_call_has_at_most_four_positional_arguments(calls: list[Call]) -> None:
    wide = [f"{place} {name}" for place, name, arguments in calls if len(arguments) > 4]
    assert [each for each in wide if each.split()[1] not in FOREIGN_WIDE | ANY_NUMBER] == []


def test_a_call_names_its_booleans(calls: list[Call]) -> None:
    bare = [
        f"{place} {name}"
        for place, name, arguments in calls
        if name not in FOREIGN_BOOLEAN
        for argument in arguments
        if isinstance(argument, ast.Constant) and isinstance(argument.value, bool)
    ]
    assert bare == []


def test_two_classes_have_two_names(trees: Trees) -> None:
    places = defaultdict(list)
    for path, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and node.name not in SHAPES:
                places[node.name].append(str(path.relative_to(SOURCE)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_files_and_the_package_itself_are_small(trees: Trees) -> None:
    long = {str(path): len(path.read_text().splitlines()) for path in trees}
    assert {path: lines for path, lines in long.items() if lines > 300} == {}
    assert len(list(SOURCE.glob("*.py"))) <= 8


def test_a_package_says_in_one_line_what_lives_there(trees: Trees) -> None:
    for path, tree in trees.items():
        if path.name == "__init__.py" and path.parent not in LONGER:
            assert len(path.read_text().splitlines()) == 1, path
            assert ast.get_docstring(tree), path


def test_a_subcommand_is_a_file_of_its_name() -> None:
    files = {path.stem for path in (SOURCE / "commands").glob("*.py")}
    assert files - {"__init__", "results_argument"} == set(COMMANDS)


def test_any_is_rare(trees: Trees) -> None:
    names = [node for tree in trees.values() for node in ast.walk(tree)]
    count = sum(isinstance(node, ast.Name) and node.id == "Any" for node in names)
    lines = sum(len(path.read_text().splitlines()) for path in trees)
    assert count / lines < 0.015
