"""What the promise hangs on: the modules that are mutated, and the tests that hold each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """Modules of evosweep, and the tests in this process that should notice their mutants."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


_GENOMES = tuple(f"tests/unit/test_{name}.py" for name in (
    "digest", "encoded", "genome", "blocks", "exact_types", "set_order"))  # fmt: skip
_SIMULATED = "tests/simulation/test_simulation.py::test_each_kind_of_program_and_of_fault"
_RUNS = ("tests/unit/test_run.py", _SIMULATED)
_JOURNAL = tuple(f"tests/unit/test_{name}.py" for name in (
    "journal", "journal_bytes", "journal_file")) + _RUNS  # fmt: skip

SUBJECTS = {
    "genomes: encoding and digest": Subject(
        tuple(f"genomes/{name}" for name in (
            "digest", "encoding", "encoded", "form", "plain_form", "value_kinds", "scalar_rows",
            "array_rows", "blocks", "class_values", "standard_values", "tree_values",
            "numpy_values", "rebuild", "set_order")),
        _GENOMES,
    ),
    "journal: bytes": Subject(("records/journal_entry", "records/journal_frames",
        "records/journal_reading"), _JOURNAL),
    "journal: file": Subject(("records/journal", "records/journal_file"), _JOURNAL),
    "replay": Subject(("evaluation/replay",), ("tests/unit/test_replay.py", *_RUNS)),
    "blame": Subject(("evaluation/blame",), ("tests/unit/test_blame.py", *_RUNS)),
    "dispatcher": Subject(("evaluation/dispatcher",), ("tests/unit/test_dispatch.py", *_RUNS)),
    "evaluator": Subject(("evaluation/evaluator", "evaluation/batch"), (
        *_RUNS, "tests/contract/test_as_given.py", "tests/unit/test_together.py")),
    "sources": Subject(("plugins/sources", "plugins/normal_form"), tuple(
        f"tests/unit/test_{name}.py" for name in (
            "sources", "normal_form", "naming", "source_copies", "spec"))),
    "lock": Subject(("processes/lock", "processes/held_locks"), tuple(
        f"tests/unit/test_{name}.py" for name in ("lock", "lock_errors", "held_locks"))),
    "record folder": Subject(("records/folder",), ("tests/unit/test_folder.py",)),
}  # fmt: skip
