"""Simulates schedules of faults: python tests/simulation [--schedules N] [--first SEED].

A schedule that ends wrongly is named by its seed; --seed SEED runs that one alone.
"""

import argparse
import multiprocessing
import sys
import time
from collections import Counter

import disturbed
from schedule import drawn
from simulation import outcome_of, simulate


def main() -> int:
    options = _options()
    if options.seed is not None:
        print(drawn(options.seed, disturbed.PROGRAMS))
        print(simulate(drawn(options.seed, disturbed.PROGRAMS)))
        return 0
    seeds = range(options.first, options.first + options.schedules)
    seen, wrong, started = Counter[str](), 0, time.monotonic()
    with multiprocessing.get_context("spawn").Pool() as pool:
        for seed, happened, error in pool.imap_unordered(outcome_of, seeds, chunksize=50):
            seen.update(happened)
            if error:
                wrong += 1
                print(f"seed {seed}: {error}; again: python tests/simulation --seed {seed}")
    _show(seen, options.schedules, wrong, time.monotonic() - started)
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/simulation")
    parser.add_argument("--schedules", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    return parser.parse_args()


def _show(seen: Counter[str], schedules: int, wrong: int, seconds: float) -> None:
    print(f"{schedules:,} schedules in {seconds:.0f} s, {wrong} of them wrong\n")
    print("| what happened | times |\n|---|---:|")
    for what, times in seen.most_common():
        print(f"| {what} | {times:,} |")


if __name__ == "__main__":
    sys.exit(main())
