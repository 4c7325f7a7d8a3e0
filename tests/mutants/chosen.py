"""One mutant of each subject, and the test that must notice it, for `make test`."""

from mutant import Mutant, path_of

_GENOME, _FILE, _LOCK = "test_genome.py", "test_journal_file.py", "test_lock.py"
_CHOSEN = (
    ("genomes/digest", "population_digest", "sha.update(_fitness_rows(block))", "pass",
     f"{_GENOME}::test_the_digest_is_the_documented_one"),
    ("genomes/encoding", "list_head", 'to_bytes(4, "little")', 'to_bytes(4, "big")',
     f"{_GENOME}::test_the_digest_is_the_documented_one"),
    ("genomes/value_kinds", "survey", "constant and nesting <= {tuple}", "True",
     "test_encoded.py::test_lists"),
    ("records/journal_frames", "frame", "zlib.crc32(payload, crc)", "zlib.crc32(payload)",
     "test_journal.py::test_the_documented_bytes"),
    ("records/journal", "Journal._recover", "owner != self.run_id", "owner == self.run_id",
     "test_journal.py::test_another_runs_journal_is_refused"),
    ("records/journal", "Journal.flush", "self._refuse_if_taken()", "pass",
     f"{_FILE}::test_a_discarded_journal_stops_its_writer"),
    ("evaluation/replay", "Replay.entries_of", "entry.batch != batch.number", "False",
     "test_replay.py::test_another_program_is_said_to_be_one"),
    ("evaluation/blame", "Losses._is_enough", "> self._retries", ">= self._retries",
     "test_blame.py::test_a_timeout_is_no_accident"),
    ("evaluation/dispatcher", "Dispatcher._size", "min(size, self._longest)", "size",
     "test_dispatch.py::test_no_chunk_is_long"),
    ("evaluation/evaluator", "Evaluator._record", "self.journal.append(entry)", "pass",
     "test_run.py::test_what_the_journal_has_is_not_evaluated_again"),
    ("plugins/normal_form", "normal_form", '[(span, "") for span in comments]', "[]",
     "test_normal_form.py::test_what_decides_nothing_is_forgiven"),
    ("processes/lock", "Lock._is_mine", "TOKEN.encode() in text", "True",
     f"{_LOCK}::test_a_lock_that_another_host_has_got_meanwhile_is_left_to_it"),
    ("records/folder", "RunFolder.discard", "self.journal, self.running", "self.running",
     "test_folder.py::test_what_earlier_attempts_left_is_discarded"),
)  # fmt: skip
TESTS = sorted({f"tests/unit/{test}" for *_, test in _CHOSEN})


def mutants() -> list[Mutant]:
    """Return a mutant of each subject; one of the tests must fail."""
    return [_mutant(*change) for *change, _ in _CHOSEN]


def harmless() -> Mutant:
    """Return a mutant that changes nothing."""
    return _mutant(
        "evaluation/blame", "Losses._is_enough", "> self._retries", "> self._retries + 0"
    )


def _mutant(module: str, function: str, before: str, after: str) -> Mutant:
    lines = path_of(module).read_text(encoding="utf-8").split("\n")
    name = f"def {function.rpartition('.')[2]}("
    start = next(number for number, line in enumerate(lines) if name in line)
    place = next(number for number in range(start, len(lines)) if before in lines[number])
    text = lines[place]
    return Mutant(module, function, place, place, text, text.replace(before, after, 1))
