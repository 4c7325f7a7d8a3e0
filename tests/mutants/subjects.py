"""What the promise hangs on: the modules that are mutated, and the tests that hold each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """Modules of evosweep, and the tests in this process that should notice their mutants."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


def _subject(room: str, modules: str, tests: str, *others: str) -> Subject:
    return Subject(
        tuple(f"{room}/{name}" for name in modules.split()),
        (*(f"tests/unit/test_{name}.py" for name in tests.split()), *others),
    )


_SIMULATED = "tests/simulation/test_simulation.py::test_each_kind_of_program_and_of_fault"

SUBJECTS = {
    "blame": _subject("evaluation", "blame", "blame"),
    "record folder": _subject("records", "folder", "folder"),
    "replay": _subject("evaluation", "replay", "replay"),
    "lock": _subject("processes", "lock held_locks", "lock lock_errors held_locks"),
    "journal's bytes": _subject(
        "records", "journal_entry journal_frames journal_reading", "journal journal_bytes"
    ),
    "dispatcher": _subject("evaluation", "dispatcher measures", "dispatch dispatch_counts"),
    "journal's file": _subject(
        "records",
        "journal journal_file syncer",
        "journal journal_file journal_sessions",
        _SIMULATED,
    ),
    "digest": _subject(
        "genomes",
        "digest encoding encoded scalar_rows array_rows",
        "digest encoded blocks plain_form rebuild",
    ),
    "sources": _subject("plugins", "sources normal_form", "sources_covered sources normal_form"),
    "evaluator": _subject(
        "evaluation", "evaluator batch", "batch evaluator run together", _SIMULATED
    ),
    "genomes": _subject(
        "genomes",
        "form plain_form value_kinds blocks class_values standard_values tree_values numpy_values "
        "rebuild set_order",
        "encoded genome blocks exact_types set_order plain_form value_kinds tree_values rebuild",
    ),
}

MODULES = frozenset(module for subject in SUBJECTS.values() for module in subject.modules)
