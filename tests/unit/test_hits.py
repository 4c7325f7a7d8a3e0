"""Tests that kill state the windows that they want to hit, and fail where they miss one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hits import check, hit, kills, was_hit
from windows import BETWEEN, HOLDING

TESTS = Path(__file__).parents[1]
FOLDERS = ("cluster", "contract", "faults", "unit")
WITHOUT_RUN = {
    "test_a_kill_is_the_command_s_end",
    "test_a_killed_host_takes_its_processes_along",
    "test_one_that_inherits_something_else_is_started_anew",
    "test_one_that_is_started_here_is_the_run_itself_and_has_a_name",
    "test_the_end_of_a_killed_command_is_told",
    "test_who_ignores_sigterm_is_killed_after_the_grace",
    "test_a_group_is_killed_with_who_has_left_it",
}
"""Tests of killing itself, and of the hosts that other tests kill on."""


def test_a_window_that_no_kill_hits_is_named(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(kills(BETWEEN, HOLDING))
    hit(BETWEEN)
    assert was_hit(BETWEEN)
    assert not was_hit(HOLDING)
    with pytest.raises(AssertionError, match=HOLDING):
        check(request.node)
    hit(HOLDING)
    check(request.node)
    request.node.user_properties.clear()  # there was no kill
    request.node.own_markers.clear()


def test_every_test_that_kills_states_a_window() -> None:
    found = dict(_killing_tests())
    assert len(found) > 10
    assert {name for name, states in found.items() if not states} <= WITHOUT_RUN


def _killing_tests() -> Iterator[tuple[str, bool]]:
    """Yield (name, whether it states a window) of each test that sends SIGKILL itself."""
    for path in (each for folder in FOLDERS for each in (TESTS / folder).rglob("test_*.py")):
        text = path.read_text()
        if "kill" not in text.lower():  # parsing it would be in vain, and takes long
            continue
        for node in ast.parse(text).body:
            is_test = isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
            if is_test and any(_kills(each) for each in _to_the_point(node)):
                marks = " ".join(map(ast.unparse, node.decorator_list))
                yield node.name, "kills(" in marks


def _to_the_point(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function, but for those that clean up."""
    for name, value in ast.iter_fields(node):
        if name != "finalbody":
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield child
                    yield from _to_the_point(child)


def _kills(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    is_method = isinstance(node.func, ast.Attribute) and node.func.attr == "kill"
    sends = any(ast.unparse(argument).endswith("SIGKILL") for argument in node.args)
    return (is_method and not node.args) or sends
