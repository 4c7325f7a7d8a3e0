"""Mutants of what the promise hangs on are noticed; `make mutants` takes thousands of them."""

import json
from pathlib import Path

import chosen
import pytest
from kept import SURVIVED, file_of
from subjects import SUBJECTS
from survivors import Explained
from trying import try_out

pytestmark = pytest.mark.thorough


def test_each_subject_has_a_mutant_that_its_test_notices(tmp_path: Path) -> None:
    expected: dict[object, str] = {chosen.harmless(): SURVIVED, **chosen.mutants()}
    tests = sorted(set(chosen.TESTS.values()))
    try_out(
        [*chosen.mutants(), chosen.harmless()],
        tests, tmp_path, measured=tmp_path / "measured", at_once=1,
    )  # fmt: skip
    outcomes = {}
    for mutant in expected:
        for line in file_of(mutant.module, tmp_path).read_text().splitlines():
            told = json.loads(line)
            outcomes[tuple(told["key"])] = told["outcome"].partition("[")[0]
    assert outcomes == {mutant.key: outcome for mutant, outcome in expected.items()}


def test_every_subject_is_among_them() -> None:
    modules = {mutant.module for mutant in chosen.mutants()}
    missing = [name for name, subject in SUBJECTS.items() if not modules & set(subject.modules)]
    assert missing == []


def test_the_lines_of_survivors_are_those_of_the_code() -> None:
    assert Explained.read().gone() == []
