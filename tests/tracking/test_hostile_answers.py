"""`pull` and `track --follow` before servers that answer as they like, by a generator."""

import contextlib
import io
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import hostile
import hostile_answers
import pytest
from hostile_answers import QUICK, SLOW, Answer, Harm, Named, naming
from test_hostile_servers import serving

from evosweep.cli import main
from evosweep.track.store import bounded, bounded_client, server_store

# An answer whose length lies leaves urllib3 a socket that only the garbage collector closes.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SEEDS = 3
"""For each kind of harm and each command."""
_MOST_MEGABYTES = 500


@pytest.fixture(autouse=True)
def _small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ada")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "engine-of-1843")
    for module in (bounded, bounded_client):
        monkeypatch.setattr(module, "LARGEST_ANSWER", 2**22)
    for module in (bounded, server_store):
        monkeypatch.setattr(module, "PAGES", 20)
    monkeypatch.setattr(bounded_client, "REQUESTS", 50)


@pytest.fixture
def ended() -> int:
    """An id that no process has: beyond the largest one of Linux."""
    return 2**22 + 1


class Place:
    """A folder with results, what lies beside them, and the calls that are made there."""

    def __init__(self, folder: Path, ended: int) -> None:
        self.results, self.home, self.out = folder / "results", folder / "home", folder / "out"
        hostile.make(self.results, 0)
        self.home.mkdir()
        (self.home / "record.json").write_text("mine")
        self.folder, self.ended = folder, ended
        self.before = hostile.snapshot(self.home)

    def call(self, command: str, uri: str) -> str:
        """Return what is wrong with a command's answer; empty if nothing is."""
        words = ["pull", "--uri", uri, "--out", str(self.out)]
        if command == "track":
            words = ["track", str(self.results), "--uri", uri, "--follow"]
            words += ["--while", str(self.ended)]
        told = io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            try:
                code = main(words)
            except BaseException as error:
                return f"{type(error).__name__}: {error}"[:500]
        return "; ".join(self._wrong(code, told.getvalue()))

    def _wrong(self, code: int, told: str) -> Iterator[str]:
        if code not in (0, 1, 2):
            yield f"exit code {code}"
        if "Traceback" in told or len(told.splitlines()) > 12 or len(told) > 5000:
            yield f"told: {told[:1500]}"
        if not all(line.isprintable() for line in told.splitlines()):
            yield f"told a terminal: {told[:300]!r}"
        if "engine-of-1843" in told:
            yield "told the password"
        if hostile.snapshot(self.home) != self.before:
            yield "files outside changed"
        if beside := {path.name for path in self.folder.iterdir()} - {"results", "home", "out"}:
            yield f"made {beside}"


def trouble(place: Place, command: str, harm: Answer, seed: int) -> str:
    """Return what is wrong before one server."""
    with serving(Harm(seed, harm, place.home).answer) as uri:
        wrong = place.call(command, uri)
    return f"{command}, {harm.__name__}, seed {seed}: {wrong}" if wrong else ""


@pytest.mark.parametrize("command", ["pull", "track"])
@pytest.mark.parametrize("harm", QUICK, ids=lambda harm: harm.__name__)
def test_an_answer_in_any_shape_is_an_error_or_a_result(
    tmp_path: Path, ended: int, command: str, harm: Answer
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    place = Place(tmp_path, ended)
    found = [trouble(place, command, harm, seed) for seed in range(SEEDS)]
    assert not [each for each in found if each]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < _MOST_MEGABYTES * 1024


@pytest.mark.parametrize("command", ["pull", "track"])
@pytest.mark.parametrize("harm", SLOW, ids=lambda harm: harm.__name__)
def test_an_answer_that_does_not_end_is_given_up(
    tmp_path: Path, ended: int, monkeypatch: pytest.MonkeyPatch, command: str, harm: Answer
) -> None:
    if harm is not hostile_answers._endless:
        monkeypatch.setattr(bounded, "SECONDS", 0.5)
    place = Place(tmp_path, ended)
    assert not trouble(place, command, harm, seed=1)


@pytest.mark.parametrize("location", ["file://{home}", "{home}", "mlflow-artifacts://{other}/1"])
def test_artifacts_go_where_the_server_itself_keeps_them(
    tmp_path: Path, ended: int, location: str
) -> None:
    """A server that names a folder of this machine, or another server, gets no artifact."""
    place, elsewhere = Place(tmp_path, ended), list[str]()
    with serving(lambda handler: elsewhere.append(handler.path)) as other:
        named = location.format(home=place.home, other=other.removeprefix("http://"))
        with serving(naming(Named(location=named))) as uri:
            assert not place.call("track", uri)
    assert not elsewhere


@pytest.mark.slow
@pytest.mark.parametrize("command", ["pull", "track"])
@pytest.mark.parametrize("harm", QUICK, ids=lambda harm: harm.__name__)
def test_many_answers(tmp_path: Path, ended: int, command: str, harm: Answer) -> None:
    many = int(os.environ.get("HOSTILE_SEEDS", "200"))
    place = Place(tmp_path, ended)
    assert not [each for seed in range(many) if (each := trouble(place, command, harm, seed))]
