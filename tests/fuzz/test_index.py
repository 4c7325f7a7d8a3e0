"""An index of tracked runs from somebody else: it is made anew, or named and removed."""

import sqlite3
from pathlib import Path

import pytest

from evosweep.errors import Damaged
from evosweep.track.passes.index import Index, Tracked
from evosweep.track.passes.parent_news import new_points


def run(summary: str) -> Tracked:
    """A finished run with this summary."""
    return Tracked("a" * 12, "s", "m", "c", "conf", "FINISHED", summary=summary)


def filled(path: Path, summary: str = "{}") -> None:
    """An index with one run."""
    with Index(path) as index:
        index.keep("study", [run(summary)])


def test_a_view_that_never_ends_is_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "index"
    filled(path)
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE runs")
        other.execute(
            "CREATE VIEW runs AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
            "SELECT x AS experiment, x AS run_id FROM n"
        )
    other.close()
    with Index(path) as index:
        assert index.runs("study") == {}


def test_its_own_index_stays(tmp_path: Path) -> None:
    filled(tmp_path / "index")
    with Index(tmp_path / "index") as index:
        assert set(index.runs("study")) == {"a" * 12}


@pytest.mark.parametrize("summary", ["{", "[]", '{"seconds": {}}', "[" * 5000, '{"seconds": 1}'])
def test_a_summary_of_another_form_is_one_line_and_goes(tmp_path: Path, summary: str) -> None:
    path = tmp_path / "index"
    filled(path, summary)
    with pytest.raises(Damaged, match="is removed; call again"), Index(path) as index:
        new_points(index.runs_of("study", "conf"))
    assert not path.exists()


def test_a_full_disk_removes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "index"
    filled(path)
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    with pytest.raises(sqlite3.OperationalError), Index(path):
        raise error
    assert path.exists()
