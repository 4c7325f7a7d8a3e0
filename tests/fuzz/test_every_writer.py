"""Whatever writes into results does so by `files.writing`, and stays in them, whatever happens."""

import random
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import places
import pytest
import reached
from exempt import WRITES_ELSEWHERE, WRITES_ITSELF
from of_writers import WRITERS
from places import Place
from writer import Scene, Writer

EXCHANGES = 10
"""Of each writer; all of them are in the slow test."""


@cache
def entered() -> frozenset[Place]:
    """The functions that the writers enter."""
    found: set[Place] = set()
    for writer in WRITERS:
        with tempfile.TemporaryDirectory() as folder:
            scene = Scene(Path(folder), writer)
            with reached.recorded(found):
                writer.write(scene.results)
    return frozenset(found)


def _is_of_the_room(place: Place) -> bool:
    return place.file.startswith("files/")


@pytest.mark.thorough
def test_nothing_writes_by_itself_outside_of_the_room_for_it() -> None:
    own = {place for place in places.writing() if not _is_of_the_room(place)}
    unknown = {str(place) for place in own - WRITES_ITSELF.keys()}
    assert not unknown, (
        f"{', '.join(sorted(unknown))}: write by evosweep.files.writing, which follows no link, or "
        "add it to exempt.py with the reason why it writes nothing into results"
    )
    assert not {str(place) for place in WRITES_ITSELF.keys() - own}


def test_each_place_that_writes_into_results_is_before_a_writer() -> None:
    places_of_it = {each for each in places.writing_by_the_room() if not _is_of_the_room(each)}
    unknown = {str(place) for place in places_of_it - entered() - WRITES_ELSEWHERE.keys()}
    assert not unknown, (
        f"{', '.join(sorted(unknown))}: add a writer to tests/fuzz/of_writers.py (CONTRIBUTING.md),"
        " or to exempt.py with the reason why it writes nothing into results"
    )
    assert not {str(place) for place in WRITES_ELSEWHERE.keys() - places_of_it}
    assert not {str(place) for place in WRITES_ELSEWHERE.keys() & entered()}


@pytest.mark.thorough
def test_a_writer_that_is_added_is_seen() -> None:
    assert "os.replace" in places.writing()[Place("files/writing.py", "move")]
    assert Place("records/journal_file.py", "JournalFile.made") in places.writing()
    room = places.writing_by_the_room()
    assert room[Place("inventory/asked_file.py", "write_asked")] == {"write_whole"}
    assert Place("fast/nsga3.py", "_niching") not in room  # of a list


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
def test_nothing_is_written_through_a_link_that_is_there(writer: Writer, tmp_path: Path) -> None:
    wrong = [
        f"{name}: {reason}"
        for number, name in enumerate(writer.folders)
        if (reason := _scene(tmp_path / str(number), writer).exchanged_before(name))
    ]
    assert not wrong


def _scene(folder: Path, writer: Writer) -> Scene:
    folder.mkdir()
    return Scene(folder, writer)


def _exchanges(writer: Writer, tmp_path: Path) -> list[tuple[str, int]]:
    acts = _scene(tmp_path / "undisturbed", writer).acts()
    assert acts > 0
    return [(name, number) for name in writer.folders for number in range(acts)]


def _wrong(writer: Writer, tmp_path: Path, chosen: list[tuple[str, int]]) -> Iterator[str]:
    for name, number in chosen:
        scene = _scene(tmp_path / f"{number}-{name.replace('/', '-')}", writer)
        if reason := scene.exchanged_at(name, number):
            yield f"{name} at act {number}: {reason}"


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
def test_nothing_is_written_through_a_link_that_comes_meanwhile(
    writer: Writer, tmp_path: Path
) -> None:
    exchanges = _exchanges(writer, tmp_path)
    chosen = random.Random(writer.name).sample(exchanges, min(EXCHANGES, len(exchanges)))
    assert not list(_wrong(writer, tmp_path, chosen))


@pytest.mark.slow
@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
def test_at_every_act(writer: Writer, tmp_path: Path) -> None:
    assert not list(_wrong(writer, tmp_path, _exchanges(writer, tmp_path)))


def _careless(results: Path) -> None:
    folder = results / "study" / "comparison"
    folder.mkdir(exist_ok=True)
    if not folder.is_symlink():
        (folder / "report.html").write_text("<p>")


def test_a_writer_that_looks_and_then_writes_is_found_out(tmp_path: Path) -> None:
    writer = Writer("careless", _careless, ("study/comparison",))
    exchanges = _exchanges(writer, tmp_path)
    assert any("report.html changed" in reason for reason in _wrong(writer, tmp_path, exchanges))
