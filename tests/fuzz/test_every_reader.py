"""Whatever evosweep opens or parses is before the fuzzing, or is listed with the reason why not."""

import tempfile
from pathlib import Path

import corpus
import places
import pytest
import reached
import things
from exempt import CACHED, HARMLESS
from places import Place
from reader import Trial
from targets import READERS

from evosweep.records import journal_frames


@pytest.fixture(scope="module")
def entered() -> frozenset[Place]:
    """The functions that the corpus enters; both tests that ask for them share a process."""
    found: set[Place] = set()
    for name, reader in READERS.items():
        with tempfile.TemporaryDirectory() as folder:
            trial = Trial(reader, Path(folder))
            with reached.recorded(found):
                for data in corpus.inputs(name).values():
                    trial(data)
    return frozenset(found)


def test_each_place_that_reads_is_before_a_reader_or_is_harmless(
    entered: frozenset[Place],
) -> None:
    harmless = HARMLESS.keys() | CACHED.keys()
    unknown = {str(each) for each in places.reading().keys() - entered - harmless}
    assert not unknown, (
        f"{', '.join(sorted(unknown))}: add a reader to tests/fuzz with a corpus that enters it "
        "(CONTRIBUTING.md), or to exempt.py with the reason why nobody else writes what it reads"
    )


def test_what_is_harmless_reads_and_is_before_no_reader(entered: frozenset[Place]) -> None:
    assert not {str(each) for each in (HARMLESS.keys() | CACHED.keys()) - places.reading().keys()}
    assert not {str(each) for each in HARMLESS.keys() & entered}


def test_a_reader_that_is_added_is_seen() -> None:
    """The walk finds the primitives in a function, a method and a nested function."""
    found = places.reading()
    assert "read_bytes" in found[Place("records/reading.py", "_read")]
    assert Place("records/reading.py", "read_record") not in found
    assert Place("commands/run.py", "read_specs") in found
    assert Place("records/journal_reading.py", "read") in found
    assert any(each.function.count(".") for each in found)


def test_a_name_that_is_not_of_evosweep_is_not_recorded() -> None:
    found: set[Place] = set()
    with reached.recorded(found):
        things.clear(Path("/nothing/there"))
        journal_frames.frame(b"x")
    assert Place("records/journal_frames.py", "frame") in found
    assert {each.file for each in found} == {"records/journal_frames.py"}
