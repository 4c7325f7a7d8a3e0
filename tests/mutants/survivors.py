"""The mutants that no test can notice, each with the reason: survivors.toml."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from mutant import Mutant, path_of

FILE = Path(__file__).with_name("survivors.toml")


class Explained:
    """The entries of the file; each is one line of code, and what it may become."""

    def __init__(self, entries: Iterable[dict[str, str | list[str] | int]]) -> None:
        self._keys: dict[tuple[str, ...], bool] = {}
        """For each mutant whether it was asked for."""
        for entry in entries:
            after = entry["after"] if isinstance(entry["after"], list) else [str(entry["after"])]
            before = (str(entry["module"]), str(entry["function"]), str(entry["before"]))
            if not str(entry.get("reason", "")).strip():
                raise ValueError(f"{FILE.name}: {before} has no reason")
            for text in after:
                self._keys[*before, text, str(entry.get("number", 0))] = False

    @classmethod
    def read(cls) -> "Explained":
        return cls(tomllib.loads(FILE.read_text(encoding="utf-8")).get("survivor", []))

    @property
    def keys(self) -> list[tuple[str, ...]]:
        """The keys of all mutants that the file explains."""
        return list(self._keys)

    def has(self, mutant: Mutant) -> bool:
        """Return True if the file says why this mutant survives."""
        if mutant.key not in self._keys:
            return False
        self._keys[mutant.key] = True
        return True

    def stale(self, modules: Iterable[str]) -> list[tuple[str, ...]]:
        """Return the entries of these modules that no surviving mutant has asked for."""
        return [key for key, asked in self._keys.items() if key[0] in modules and not asked]

    def gone(self) -> list[tuple[str, ...]]:
        """Return the entries whose line is not in its module any more."""
        return [key for key in self._keys if key[2] not in _text_of(key[0])]


def _text_of(module: str) -> str:
    return " ".join(path_of(module).read_text(encoding="utf-8").split())
