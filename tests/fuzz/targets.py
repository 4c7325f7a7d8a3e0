"""Every reader of what lies outside, by its name."""

import of_processes
import of_results
import of_runs
import of_texts
from reader import Reader

_ALL = [*of_texts.READERS, *of_runs.READERS, *of_results.READERS, *of_processes.READERS]
READERS: dict[str, Reader] = {reader.name: reader for reader in _ALL}
assert len(READERS) == len(_ALL)
