"""The documented reader of a run's journal; the code lies in `evosweep.records`."""

from evosweep.records.journal import JournalCorrupt, read

__all__ = ["JournalCorrupt", "read"]
