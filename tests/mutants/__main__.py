"""Mutation testing of what the promise hangs on: `make mutants`.

Each mutant is one change of one place. The tests of its subject must fail with it, or
survivors.toml says why the change changes nothing. What was tried is kept in the user's cache, so
that a call that was stopped goes on, in another clone as well.
"""

import argparse
import math
import os
import sys
import time
import zlib
from collections.abc import Iterator

from digests import digests_of_tests
from kept import FOLDER, SURVIVED, Kept
from mutant import Mutant, mutants_of
from subjects import SUBJECTS
from survivors import Explained
from trying import try_out

Outcomes = list[tuple[Mutant, str | None]]
Row = tuple[int, ...]
_FEW = 0.05


def main() -> int:
    options = _options()
    explained = Explained.read()
    rows: dict[str, Row] = {}
    until = time.time() + 60 * options.minutes
    chosen = list(_chosen(options.only))
    if not chosen:
        print(f"--only {options.only!r} is in the name of no module and of no subject:", *SUBJECTS)
        return 2
    for modules, tests in chosen:
        outcomes = outcomes_of(modules, digests_of_tests(tests), options, until)
        for module in modules:
            own = [(mutant, outcome) for mutant, outcome in outcomes if mutant.module == module]
            survivors = [mutant for mutant, outcome in own if outcome == SURVIVED]
            new = [mutant for mutant in survivors if not explained.has(mutant)]
            tried = sum(outcome is not None for _, outcome in own)
            rows[module] = (len(own), tried, tried - len(survivors), len(survivors) - len(new))
            print(
                _row(f"`{module}.py`", rows[module]),
                *map(Mutant.described, new),
                sep="\n",
                flush=True,
            )
    whole = tuple(map(sum, zip(*rows.values(), strict=True)))
    print(_row("all", whole))
    mutants, tried, killed, reasoned = whole
    stale = explained.stale(list(rows)) if tried == mutants else []
    for key in stale:
        print(f"survivors.toml: this one is killed, or is none any more: {key}")
    if options.sample == 100 and tried < mutants:
        print(f"{mutants - tried} mutants have not been tried: call it again")
        return 1
    if too_many := reasoned >= _FEW * tried:
        print(f"{reasoned} of {tried} mutants survive: fewer than {_FEW:.0%} may")
    return 1 if stale or too_many or tried > killed + reasoned else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/mutants")
    parser.add_argument("--only", default="", help="part of the name of a subject or a module")
    parser.add_argument("--sample", type=int, default=100, help="percent of the mutants to try")
    parser.add_argument("--at-once", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no mutant later")
    return parser.parse_args()


def _chosen(part: str) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    for name, subject in SUBJECTS.items():
        modules = [module for module in subject.modules if part in name or part in module]
        if modules:
            yield modules, subject.tests


def outcomes_of(
    modules: list[str], digests: dict[str, str], options: argparse.Namespace, until: float
) -> Outcomes:
    """Return the mutants of modules, each with its outcome: kept, or tried now."""
    kept = {module: Kept(module, digests) for module in modules}
    mutants = [mutant for module in modules for mutant in mutants_of(module)]
    missing = [
        mutant
        for mutant in mutants
        if kept[mutant.module].outcome(mutant) is None
        and zlib.crc32("\n".join(mutant.key).encode()) % 100 < options.sample
    ]
    if missing and time.time() < until:
        passed = [kept[mutant.module].passed(mutant) for mutant in missing]
        try_out(missing, digests, FOLDER, at_once=options.at_once, until=until, passed=passed)
        for own in kept.values():
            own.read()
    return [(mutant, kept[mutant.module].outcome(mutant)) for mutant in mutants]


def _row(name: str, counts: Row) -> str:
    """Return a row of docs/faults.md: mutants, tried, killed, explained, and not explained."""
    mutants, tried, killed, explained = counts
    cells = (name, mutants, tried, killed, explained, tried - killed - explained)
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    sys.exit(main())
