"""A writer: a function of evosweep's that writes into results, and how others may disturb it.

Somebody who may write into the folder of results exchanges a folder in it for a link to the same
folder of a victim: before the writer begins, or at any of its acts, between a look and the write.
Whatever it answers, nothing of the victim's changes.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hostile

from evosweep.errors import EvosweepError

_ACTS = {
    *("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "os.listdir"),
    *("shutil.rmtree", "shutil.move", "os.link", "os.symlink", "os.truncate", "os.chmod"),
}
"""Events of Python's audit hooks, each raised just before the act."""


@dataclass(frozen=True)
class Writer:
    """How one kind of file or folder is written.

    Parameters
    ----------
    name
        What it writes.
    write
        Writes into a folder of results, as evosweep does; it returns what is to be compared.
    folders
        The folders below the results that are no user's choice, and may be exchanged.
    prepare
        Makes what must lie there beside the run.
    """

    name: str
    write: Callable[[Path], object]
    folders: tuple[str, ...]
    prepare: Callable[[Path], object] = lambda _: None


class _Hook:
    """The audit hook of this process, which cannot be removed: it is told when to count."""

    def __init__(self) -> None:
        self.act: Callable[[], None] | None = None
        sys.addaudithook(self._hear)

    def _hear(self, event: str, _: object) -> None:
        act = self.act
        if act is not None and event in _ACTS:
            self.act = None  # its own acts do not count
            act()
            self.act = act


_hook: list[_Hook] = []


@contextmanager
def _at_each_act(act: Callable[[], None]) -> Iterator[None]:
    if not _hook:
        _hook.append(_Hook())
    _hook[0].act = act
    try:
        yield
    finally:
        _hook[0].act = None


class Scene:
    """A folder of results with one run, and a victim that has folders of the same names."""

    def __init__(self, folder: Path, writer: Writer) -> None:
        self.writer, self.results, self.home = writer, folder / "results", folder / "home"
        self.home.mkdir()
        hostile.make(self.results, 0)
        writer.prepare(self.results)
        for name in writer.folders:
            if (self.results / name).is_dir():
                shutil.copytree(self.results / name, self.home / name, dirs_exist_ok=True)
            (self.home / name).mkdir(parents=True, exist_ok=True)
            (self.home / name / "secret").write_text("mine")
        self.before = hostile.snapshot(self.home)

    def acts(self) -> int:
        """Write undisturbed; returns the number of acts."""
        count = 0

        def act() -> None:
            nonlocal count
            count += 1

        with _at_each_act(act):
            self.writer.write(self.results)
        assert hostile.snapshot(self.home) == self.before
        return count

    def exchange(self, name: str) -> None:
        """Put a link to the victim's folder in the place of a folder of the results."""
        place = self.results / name
        if place.is_dir() and not place.is_symlink():
            place.rename(place.with_name(f"{place.name}.aside"))
        if place.parent.is_dir() and not place.is_symlink():
            place.symlink_to(self.home / name)

    def exchanged_before(self, name: str) -> str:
        """Return what is wrong if a folder is a link from the start; empty if nothing is."""
        self.exchange(name)
        return self._written()

    def exchanged_at(self, name: str, number: int) -> str:
        """Return what is wrong if a folder is exchanged at the act of this number."""
        left = number

        def act() -> None:
            nonlocal left
            if left == 0:
                self.exchange(name)
            left -= 1

        with _at_each_act(act):
            return self._written()

    def _written(self) -> str:
        try:
            self.writer.write(self.results)
        except (EvosweepError, OSError):
            pass
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
        finally:
            if _hook:
                _hook[0].act = None
        after = hostile.snapshot(self.home)
        changed = {key for key in after.keys() | self.before.keys()
                   if after.get(key, 0) != self.before.get(key, 0)}  # fmt: skip
        return f"the victim's {', '.join(sorted(changed))} changed" if changed else ""
