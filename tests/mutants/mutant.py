"""A mutant: one change of one place of a module of evosweep."""

import hashlib
import json
import os
import subprocess
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"
OPERATORS = Path(__file__).with_name("operators.py")
PYTHON = ROOT / ".mutants" / "bin" / "python"
KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "evosweep-mutants"
"""What is kept for later calls, those in other clones among them."""
_MADE = KEPT / "made"


@dataclass(frozen=True)
class Mutant:
    """The lines from `first` to `last` (from 0) of a module, and those in their place."""

    module: str
    """For example `records/journal`."""
    function: str
    """Qualified name of the outermost function around the place; empty if there is none."""
    first: int
    last: int
    before: str
    after: str
    number: int = 0
    """Number of equal mutants of other places above this one."""

    @property
    def place(self) -> str:
        """The function after its module."""
        return f"{self.module} {self.function}"

    @property
    def key(self) -> tuple[str, ...]:
        """What names the mutant as long as its lines stay as they are, wherever they move."""
        texts = (" ".join(text.split()) for text in (self.before, self.after))
        return (self.module, self.function, *texts, str(self.number))

    def source(self) -> str:
        """Return the text of the mutated module."""
        lines = path_of(self.module).read_text(encoding="utf-8").split("\n")
        if "\n".join(lines[self.first : self.last + 1]) != self.before:
            raise LookupError(f"{self.module}: line {self.first + 1} is another one now")
        lines[self.first : self.last + 1] = [self.after]
        return "\n".join(lines)

    def described(self) -> str:
        before, after = (" ".join(text.split()) for text in (self.before, self.after))
        return f"{self.module}.py:{self.first + 1} ({self.function})\n  - {before}\n  + {after}"


def path_of(module: str) -> Path:
    return SOURCES / "evosweep" / f"{module}.py"


def module_of(file: str) -> str | None:
    """Return the module of a file; None if it is none of evosweep's."""
    prefix = f"{SOURCES}/evosweep/"
    return file[len(prefix) :].removesuffix(".py") if file.startswith(prefix) else None


def mutants_of(module: str) -> list[Mutant]:
    """Return all mutants of a module."""
    seen: Counter[tuple[str, ...]] = Counter()
    mutants = []
    for fields in json.loads(_made(path_of(module))):
        mutant = Mutant(module, **fields)
        mutants.append(Mutant(**asdict(mutant) | {"number": seen[mutant.key]}))
        seen[mutant.key] += 1
    return mutants


def _made(path: Path) -> str:
    """Return the mutants of a file as JSON, made by a process of the tools' own environment.

    They are kept, for it takes seconds to make those of one file.
    """
    digest = hashlib.sha256(path.read_bytes() + OPERATORS.read_bytes()).hexdigest()
    kept = _MADE / f"{path.stem}.{digest[:16]}"
    if not kept.exists():
        made = subprocess.run([PYTHON, OPERATORS, path], stdout=subprocess.PIPE, check=True)
        _MADE.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(made.stdout)
    return kept.read_text(encoding="utf-8")
