"""Check that all backends gave the same final population, to the bit."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from evosweep.compare.numbers.table import Column, Row, Table, Value
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Key, Study
from evosweep.errors import Damaged
from evosweep.records.tables import read_columns

COLUMNS = (
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("seed", "seed"),
    Column("spec_id", "spec"),
    Column("backends", "backends"),
    Column("runs", "runs"),
    Column("verdict", "verdict"),
    Column("digest", "population digest", cut=12),
    Column("first_difference", "first generation that differs"),
    Column("detail", "detail"),
)


def agree(study: Study) -> Table:
    """Return a row for each `spec_id` with the verdict on its backends.

    `agree` and `DISAGREE` are for several backends, `single` for one. `clock`: time limits ended
    the runs at different generations, and all common generations are equal. `mixed`: a run differs
    that was resumed in another environment. `asynchronous`: the results of an asynchronous
    algorithm came in different orders, so that the runs cannot be compared.
    """
    rows = [_row(study, spec_id, runs) for spec_id, runs in study.by_spec.items()]
    rows.sort(
        key=lambda row: (
            row["verdict"] != "DISAGREE",
            row["problem"],
            row["algorithm"],
            row["seed"],
        )
    )
    return Table(
        "agreement",
        "Agreement of the backends",
        COLUMNS,
        rows,
        note="Runs that differ in nothing but the backend must end with the same population "
        "digest; those that a clock ended, as far as they go together; those of an asynchronous "
        "algorithm, where their results came in one order.",
    )


def _row(study: Study, spec_id: str, runs: Sequence[Run]) -> dict[str, str | int | None]:
    first = runs[0]
    digests = sorted({run.digest for run in runs})
    differs = len(digests) > 1
    return {
        "problem": study.problem(first),
        "algorithm": study.algorithm(first),
        "seed": first.seed,
        "spec_id": spec_id,
        "backends": ", ".join(study.backend(run) for run in runs),
        "runs": len(runs),
        "verdict": _verdict(runs),
        "digest": " ".join(digests),
        "first_difference": first_difference(runs) if differs else None,
        "detail": _detail(study, runs) if differs else "",
    }


def _verdict(runs: Sequence[Run]) -> str:
    if len({run.order for run in runs}) > 1:
        return "asynchronous"
    if len({run.digest for run in runs}) == 1:
        return "agree" if len(runs) > 1 else "single"
    if any(run.mixed for run in runs):
        return "mixed"
    return "clock" if _differ_by_clock(runs) else "DISAGREE"


def _differ_by_clock(runs: Sequence[Run]) -> bool:
    """Return True if common generations are equal, and a clock ended all runs but the longest."""
    logs = [generation_digests(run) for run in runs]
    longest = max(logs, key=len)
    return all(
        log
        and log == longest[: len(log)]
        and (len(log) == len(longest) or run.stopped == "seconds")
        for log, run in zip(logs, runs, strict=True)
    )


def _detail(study: Study, runs: Sequence[Run]) -> str:
    return "; ".join(f"{study.backend(run)} {run.run_id}: {run.digest[:12]}" for run in runs)


def first_difference(runs: Sequence[Run]) -> int | None:
    """Return the first generation whose populations differ; None if all logged ones are equal."""
    logs = [generation_digests(run) for run in runs]
    for rows in zip(*logs, strict=False):
        if len({digest for _, digest in rows}) > 1:
            return int(rows[0][0])
    shortest = min(logs, key=len)
    longer = [log for log in logs if len(log) > len(shortest)]
    return int(longer[0][len(shortest)][0]) if longer else None


def generation_digests(run: Run) -> list[tuple[int, str]]:
    """Return (generation, digest of its population) for each row of the logbook."""
    try:
        rows = read_columns(run.folder.logbook, run.logbook_rows, ["generation", "digest"])
    except (OSError, Damaged):
        return []
    generations, digests = rows["generation"], rows["digest"]
    if not all(isinstance(number, int) for number in generations):
        return []
    return list(zip(generations, map(str, digests), strict=True))


def matrix(study: Study) -> Table:
    """Return for each pair of backends how many specs both ran, and how many of these agree."""
    names = sorted({study.backend(run) for run in study.runs})
    counts: dict[tuple[str, str], list[int]] = {}
    for runs in study.by_spec.values():
        for one, other in combinations(runs, 2):
            verdict = _verdict((one, other))
            if verdict in ("clock", "mixed", "asynchronous"):
                continue
            key = tuple(sorted((study.backend(one), study.backend(other))))
            count = counts.setdefault((key[0], key[1]), [0, 0])
            count[0] += verdict == "agree"
            count[1] += 1
    rows: list[Row] = [_matrix_row(name, names, counts) for name in names]
    columns = [Column("backend", "backend"), *(Column(name, name) for name in names)]
    note = "Equal digests of all specs that both backends ran."
    return Table(
        "agreement_matrix", "Digests that agree, backend by backend", columns, rows, note=note
    )


def _matrix_row(
    name: str, names: Sequence[str], counts: dict[tuple[str, str], list[int]]
) -> dict[str, str | None]:
    row: dict[str, str | None] = {"backend": name}
    for other in names:
        low, high = sorted((name, other))
        same, total = counts.get((low, high), [0, 0])
        row[other] = "" if name == other else f"{same} of {total}" if total else None
    return row


def backends_of(study: Study, table: Table) -> dict[Key, str]:
    """Return for each configuration its backend, or a word on the agreement of its backends."""
    verdicts: dict[Key, set[Value]] = defaultdict(set)
    for row in table.rows:
        verdicts[str(row["problem"]), str(row["algorithm"])].add(row["verdict"])
    backends: dict[Key, set[str]] = defaultdict(set)
    for run in study.runs:
        backends[study.problem(run), study.algorithm(run)].add(study.backend(run))
    return {key: _in_words(backends[key], verdicts[key]) for key in study.configurations}


def _in_words(backends: set[str], verdicts: set[Value]) -> str:
    count = f"{len(backends)} backends"
    if "DISAGREE" in verdicts:
        return f"{count} DISAGREE"
    if "agree" in verdicts and verdicts <= {"agree", "single"}:
        return f"{count} agree"
    return ", ".join(sorted(backends))


def disagreements(table: Table) -> list[str]:
    """Return a warning line for each spec on which the backends disagree."""
    return [
        f"DISAGREEMENT: {row['problem']}, {row['algorithm']}, seed {row['seed']}: "
        f"{_where(row)} ({row['detail']})"
        for row in table.rows
        if row["verdict"] == "DISAGREE"
    ]


def _where(row: Row) -> str:
    generation = row["first_difference"]
    if generation is None:
        return "final populations differ, the logbooks do not show where"
    return f"populations differ from generation {generation} on"
