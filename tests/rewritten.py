"""Compile the test modules as pytest does, once, before each of its processes does it for itself.

pytest rewrites the asserts of a module, keeps the result beside it, and reads that for as long as
the module is not changed. `python tests/rewritten.py [FOLDER]` keeps those of a folder.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from _pytest.assertion import rewrite

HERE = Path(__file__).parent
PATTERNS = ("conftest.py", "test_*.py")


def place(module: Path) -> Path:
    """Where pytest keeps what it has rewritten."""
    return rewrite.get_cache_dir(module) / f"{module.stem}{rewrite.PYC_TAIL}"


def keep(module: Path) -> None:
    """Rewrite a module, unless what is kept is that of today's module."""
    kept = place(module)
    if rewrite._read_pyc(module, kept) is None:
        status, code = rewrite._rewrite_test(module, None)  # type: ignore[arg-type]
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            rewrite._write_pyc_fp(file, status, code)
        draft.replace(kept)


def main(folder: Path = HERE) -> None:
    modules = [path for pattern in PATTERNS for path in folder.resolve().rglob(pattern)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(keep, modules, chunksize=8))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
