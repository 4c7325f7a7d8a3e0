"""The windows in which tests kill and stop processes; hits.py counts them."""

# Of the process that performs a run:
START = "before the journal is there"
NEW_JOURNAL = "between a new journal and its name"
BEFORE_FIRST = "before the first entry"
WITHIN = "within the write of an entry"
UNSYNCED = "between an entry and its sync"
BETWEEN = "between two entries"
REPLAY = "during replay"
AFTER_LAST = "between the last evaluation and the record"
UNNAMED = "between the record and its name"
DONE = "after the record"
AT_WORK = "between the first evaluation and the record"
"""One of WITHIN to UNNAMED, where a test cannot tell which."""

# Of others:
EVALUATING = "a worker, within an evaluation"
IDLE = "a worker, between two evaluations"
ORGANISING = "what starts and serves the workers, while they work"
WORKFLOW = "a workflow, while a job is at work"
HOLDING = "a process, while it holds a lock or a folder"
WATCHED = "a process, while another one watches it"
BUILDING = "a process, while it builds a problem"

OF_A_RUN = (
    *(START, NEW_JOURNAL, BEFORE_FIRST, WITHIN, UNSYNCED, BETWEEN, REPLAY, AFTER_LAST),
    *(UNNAMED, DONE),
)
WINDOWS = (
    *OF_A_RUN,
    *(AT_WORK, EVALUATING, IDLE, ORGANISING, WORKFLOW, HOLDING, WATCHED, BUILDING),
)
