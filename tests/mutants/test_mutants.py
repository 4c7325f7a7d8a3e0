"""Mutants of what the promise hangs on are noticed; `make mutants` takes thousands of them."""

import json
from pathlib import Path

import chosen
import pytest
from digests import digests_of_tests
from kept import SURVIVED
from subjects import SUBJECTS
from survivors import Explained
from trying import try_out

pytestmark = pytest.mark.thorough


def test_each_subject_has_a_mutant_that_its_tests_notice(tmp_path: Path) -> None:
    mutants = [*chosen.mutants(), chosen.harmless()]
    try_out(mutants, digests_of_tests(chosen.TESTS), tmp_path, at_once=1)
    outcomes = {}
    for file in tmp_path.glob("*.jsonl"):
        for line in file.read_text().splitlines():
            told = json.loads(line)
            outcomes[tuple(told["key"])] = told["outcome"].partition("[")[0]
    assert outcomes.pop(chosen.harmless().key) == SURVIVED
    assert len(outcomes) == len(chosen.mutants())
    assert {each for each in outcomes.items() if each[1] not in chosen.TESTS} == set()


def test_every_subject_is_among_them() -> None:
    modules = {mutant.module for mutant in chosen.mutants()}
    missing = [name for name, subject in SUBJECTS.items() if not modules & set(subject.modules)]
    assert missing == []


def test_the_lines_of_survivors_are_those_of_the_code() -> None:
    assert Explained.read().gone() == []
