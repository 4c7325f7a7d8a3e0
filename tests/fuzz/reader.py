"""A reader: a function of evosweep's that reads what lies outside, and what it may answer."""

import contextlib
import io
import resource
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evosweep.errors import EvosweepError

MOST_LINES = 110
"""Lines of a message: a config's mistakes, of which a hundred are listed."""
MOST_CHARACTERS = 100_000
MOST_SECONDS = 5.0
"""CPU seconds for one input of at most a few kilobytes."""
SOURCE = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Reader:
    """How one kind of file, answer or line is read.

    Parameters
    ----------
    name
        Names its folder of the corpus.
    read
        Reads the file at a path, as evosweep does.
    file
        The file's place in a scratch folder.
    prepare
        Makes what must lie beside the file, once for each scratch folder.
    raises
        The errors that its callers expect beside `EvosweepError`.
    fresh
        Whether reading changes the file, so that the next input needs a new one.
    """

    name: str
    read: Callable[[Path], object]
    file: str = "input"
    prepare: Callable[[Path], None] | None = None
    raises: tuple[type[BaseException], ...] = ()
    fresh: bool = False
    is_file: bool = True
    """False if the content is no file for evosweep: an answer, a variable, a name."""


@dataclass
class Finding:
    """An input that a reader does not answer as it should."""

    reader: str
    what: str
    place: str
    data: bytes = field(repr=False, default=b"")

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes it another finding than others: where it shows, and how."""
        return self.place, self.what.partition(":")[0]

    def __str__(self) -> str:
        return f"{self.reader}: {self.what[:300]} at {self.place}, {len(self.data)} bytes"


class Trial:
    """Gives inputs to a reader, one after the other, in a scratch folder."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self.reader = reader
        self.path = folder / reader.file
        if reader.prepare is not None:
            reader.prepare(folder)
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def __call__(self, data: bytes) -> Finding | None:
        """Return what is wrong with the reader's answer to an input; None if nothing is."""
        if self.reader.fresh:
            self.path.unlink(missing_ok=True)
        self.path.write_bytes(data)
        return self.read(data)

    def read(self, data: bytes = b"") -> Finding | None:
        """Return what is wrong with the answer to whatever lies at the path."""
        before = time.thread_time()
        try:
            with _quiet():
                self.reader.read(self.path)
        except EvosweepError as error:
            if reason := _unreadable(str(error)):
                return self._finding(reason, error, data)
        except (FileNotFoundError, *self.reader.raises):
            pass
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            return self._finding(f"{type(error).__name__}: {str(error)[:200]}", error, data)
        seconds = time.thread_time() - before
        if seconds > MOST_SECONDS:
            return Finding(self.reader.name, f"slow: {seconds:.1f} s of CPU", "the whole", data)
        return None

    def _finding(self, what: str, error: BaseException, data: bytes) -> Finding:
        return Finding(self.reader.name, what, _place(error), data)


def _unreadable(message: str) -> str:
    """Return why a message is none that a person reads; empty if it is one."""
    if not message.strip():
        return "empty message"
    if message.count("\n") >= MOST_LINES:
        return f"long message: {message.count(chr(10)) + 1} lines"
    if len(message) > MOST_CHARACTERS:
        return f"long message: {len(message)} characters"
    return ""


def _place(error: BaseException) -> str:
    """Return the function of evosweep's in which an error arose."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(str(SOURCE))]
    if not own:
        return "outside"
    return f"{Path(own[-1].filename).relative_to(SOURCE)}:{own[-1].name}"


@contextmanager
def _quiet() -> Iterator[None]:
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def limit_memory(gigabytes: float) -> None:
    """Let this process ask for so much memory, and no more."""
    size = int(gigabytes * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
