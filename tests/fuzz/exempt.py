"""Places that read or write and are before no reader or writer of tests/fuzz, each with why.

Whoever adds a function that reads adds a reader (`of_*.py`) with a corpus that enters it; whoever
adds one that writes into results adds a writer (`of_writers.py`). Only what no stranger can have
written, or exchanged for a link, belongs here.
"""

from places import Place

KERNEL = "the kernel's own files, below /proc and /sys"
PACKAGE = "files of the installed package, or of MLflow's"
PROCESSES = "messages between the processes of one run, which share a user and a secret"
PRIVATE = "the job's own folder, which has mode 0700"
ENVIRONMENT = "variables that this process, or the one before it, has set"
OWN_TEXT = "a text that evosweep has made a moment ago in the same process"
MEMORY = "bytes in memory, of the same process or of a worker of it"
CODE = "the user's code, which is executed anyway"
TERMINAL = "a person at a terminal"
MAKES = "opens a file that it makes, or a lock, and reads nothing of it"
OTHER_TESTS = "hostile files of their own: tests/tracking, tests/fuzz/test_commands.py"


def _in(file: str, why: str, *functions: str) -> dict[Place, str]:
    return {Place(file, function): why for function in functions}


HARMLESS: dict[Place, str] = {
    **_in("backends/answers.py", PROCESSES, "answer", "outcome_of"),
    **_in("backends/dask_lanes.py", PROCESSES, "_connected"),
    **_in("backends/mpi_ranks.py", PROCESSES, "_Port.receive"),
    **_in("backends/mpi.py", KERNEL, "_unlink_shared_memory"),
    **_in("backends/over_executor.py", MAKES, "OverExecutor.__enter__"),
    **_in(
        "backends/pool_worker.py", PROCESSES, "Worker.receive", "Worker._read", "serve", "_answer"
    ),
    **_in("commands/reproduce.py", TERMINAL, "_ask_for_trust"),
    **_in("commands/run.py", OWN_TEXT, "names_of"),
    **_in("compare/numbers/design.py", OWN_TEXT, "designs_of"),
    **_in("compare/page/html.py", PACKAGE, "_asset"),
    **_in("compare/page/parameters.py", OWN_TEXT, "_swept"),
    **_in("containers/engines.py", PACKAGE, "source_digest"),
    **_in("containers/engines.py", CODE, "_look_at_file"),
    **_in("entry/in_container.py", PROCESSES, "main", "_stop_at_end"),
    **_in("entry/workers_elsewhere.py", PROCESSES, "main", "_first_line", "_watch"),
    **_in("entry/workflow_image.py", KERNEL, "_may_change"),
    **_in("evaluation/agreement.py", OWN_TEXT, "travelling"),
    **_in("evaluation/agreement.py", PACKAGE, "_code"),
    **_in("evaluation/main_guard.py", CODE, "_is_guarded"),
    **_in("evaluation/open_calls.py", PROCESSES, "Calls._call_all", "_loaded", "_sendable"),
    **_in("evaluation/problem.py", PROCESSES, "build"),
    **_in("evaluation/seeds.py", MEMORY, "seed_evaluation"),
    **_in("export/bundle.py", MAKES, "write_bundle"),
    **_in("export/bundle.py", OTHER_TESTS, "_add_file"),
    **_in("fast/bulk_permutations.py", MEMORY, "_as"),
    **_in("fast/core.py", MEMORY, "genes", "log_fronts", "powers", "row_sums", "weighted"),
    **_in("fast/draws.py", MEMORY, "words"),
    **_in("fast/matrices.py", MEMORY, "_of_arrays"),
    **_in("files/mount.py", KERNEL, "mount_of", "_mount_number"),
    **_in("files/writing.py", OTHER_TESTS, "copy_file", "_put"),
    **_in("files/writing.py", MAKES, "_new_file", "_private", "make_mark"),
    **_in("genomes/array_rows.py", MEMORY, "decode_arrays"),
    **_in("genomes/encoded.py", MEMORY, "_is_of_rows"),
    **_in("genomes/encoding.py", PROCESSES, "decode_list"),
    **_in("genomes/numpy_values.py", MEMORY, "array_of", "scalar_of"),
    **_in("genomes/readable.py", MEMORY, "_numbers"),
    **_in("genomes/scalar_rows.py", MEMORY, "decode_rows"),
    **_in("inventory/facts.py", OWN_TEXT, "facts_of"),
    **_in("machine/cpus.py", KERNEL, "_words"),
    **_in("machine/environment.py", KERNEL, "_cpu"),
    **_in("machine/environment.py", PACKAGE, "_version"),
    **_in("machine/numerics.py", KERNEL, "_flags"),
    **_in("plugins/signatures.py", CODE, "_value"),
    **_in("problems/tsp.py", PACKAGE, "coordinates"),
    **_in("processes/activity.py", MAKES, "_mapped"),
    **_in("processes/kill.py", KERNEL, "_is_zombie", "_children_of_task"),
    **_in("processes/lifeline.py", PROCESSES, "hold", "_received"),
    **_in("processes/lock.py", MAKES, "Lock._is_mine"),
    **_in("processes/paused.py", KERNEL, "_is_stopped"),
    **_in("processes/signals.py", PROCESSES, "Stops.wait"),
    **_in("records/footer.py", OTHER_TESTS, "_text_bytes"),
    **_in("records/journal_file.py", MAKES, "JournalFile._is_last"),
    **_in("records/source_copies.py", CODE, "read_sources", "_keep"),
    **_in("supervision/job_folder.py", PRIVATE, "JobFolder.load"),
    **_in("supervision/scratch.py", MAKES, "_is_abandoned"),
    **_in("supervision/supervisor.py", MAKES, "_Supervisor._flush_journal", "_bell"),
    **_in("supervision/trials.py", PROCESSES, "_try_all"),
    **_in("supervision/under_mpi.py", KERNEL, "_mapped"),
    **_in("track/store/origin.py", OTHER_TESTS, "DatabaseOrigin.fetch"),
    **_in("track/store/schema.py", PACKAGE, "create_tables", "newest_revision", "script_of"),
    **_in("track/store/schema.py", OTHER_TESTS, "is_up_to_date"),
    **_in("track/ui/app.py", PACKAGE, "_first_page"),
    **_in("track/ui/server.py", MAKES, "Server.__enter__"),
    **_in("track/ui/server.py", PROCESSES, "Server.check", "_end_with_parent"),
    **_in("track/ui/server.py", PROCESSES, "Server._wait_until_it_answers"),
    **_in("workflow/probe.py", PROCESSES, "probe"),
    **_in("workflow/rounds.py", ENVIRONMENT, "current"),
    **_in("workflow/settings.py", ENVIRONMENT, "passed_on", "_typed"),
    **_in("workflow/study.py", PACKAGE, "files_of"),
}
CACHED: dict[Place, str] = {
    **_in("plugins/sources.py", CODE, "file_digest"),
    **_in("processes/lock.py", KERNEL, "boot_id"),
    **_in("track/content/names.py", OWN_TEXT, "_of_part"),
    **_in("track/content/note.py", OWN_TEXT, "_part_lines"),
}
"""Harmless too; the corpus enters them, unless another test of the process has done it before."""

SCRATCH = "a new folder below TMPDIR, which has mode 0700"
CHOSEN = "a file or folder that the user names, and that is followed where it leads"
DEVICE = "a device or a pipe, which is opened and not made"
HELD = "into a folder that files.writing.folder_replacement holds open for it"
NO_FILE = "bytes in memory, or no file at all"
BOARD = "the board of a backend, in memory or in the job's own folder"
BY_NAME = "follows no link at its end; the folders around it are taken by their names"
WRITES_ITSELF: dict[Place, str] = {
    **_in("backends/board.py", BOARD, "Board.open", "Board.close"),
    **_in("backends/dask.py", SCRATCH, "Dask._own"),
    **_in("backends/pool.py", SCRATCH, "Pool.__enter__", "Pool.__exit__"),
    **_in("cli.py", DEVICE, "main"),
    **_in("commands/contain.py", CHOSEN, "_contained"),
    **_in("commands/export.py", CHOSEN, "_write"),
    **_in("commands/reproduce.py", SCRATCH, "main"),
    **_in("commands/run.py", CHOSEN, "write_receipt"),
    **_in("compare/page/files.py", NO_FILE, "as_parquet"),
    **_in("entry/config_trial.py", DEVICE, "<module>"),
    **_in("entry/cost_probe.py", DEVICE, "<module>"),
    **_in("entry/hosts_elsewhere.py", BOARD, "_Host._clear", "_Host._show"),
    **_in("entry/private_scoop.py", PRIVATE, "PrivateSocket.bind"),
    **_in("entry/workers_elsewhere.py", SCRATCH, "_end_all", "_kept", "main"),
    **_in("export/bundle.py", NO_FILE, "_add_file", "_add_text"),
    **_in("export/coco.py", HELD, "_write_data", "_write_info"),
    **_in("export/flat.py", HELD, "_write"),
    **_in("export/ioh.py", HELD, "_append", "_write_json"),
    **_in("machine/git.py", SCRATCH, "_borrow", "commit_and_changes"),
    **_in("notebook/one_run.py", SCRATCH, "_remove", "_temporary_folder"),
    **_in("notebook/sweeping.py", NO_FILE, "_as_yaml"),
    **_in("notebook/sweeping.py", CHOSEN, "_written"),
    **_in("processes/activity.py", BOARD, "_mapped", "put"),
    **_in("processes/lines.py", PRIVATE, "Lines.__init__", "_append"),
    **_in("processes/lines.py", DEVICE, "_print"),
    **_in("processes/lock.py", "a file without a name", "probe"),
    **_in("records/folder.py", CHOSEN, "RunFolder.create"),
    **_in("records/journal_file.py", BY_NAME, "JournalFile.made"),
    **_in("records/parquet.py", NO_FILE, "as_parquet"),
    **_in("run/repeated_population.py", SCRATCH, "repeated_population"),
    **_in("run/trial.py", SCRATCH, "evolution_mistake", "seconds_of_evaluation"),
    **_in("supervision/job_folder.py", PRIVATE, "JobFolder.clear", "JobFolder.report"),
    **_in("supervision/job_folder.py", PRIVATE, "JobFolder.save", "JobFolder.temporary"),
    **_in("supervision/job_folder.py", PRIVATE, "_put", "_replace"),
    **_in("supervision/scratch.py", SCRATCH, "private_folder", "remove_abandoned"),
    **_in("supervision/supervisor.py", PRIVATE, "_bell"),
    **_in("supervision/trials.py", SCRATCH, "_try_all"),
    **_in("supervision/under_mpi.py", KERNEL, "remove_abandoned"),
    **_in("track/passes/parents.py", NO_FILE, "ParentRuns._show"),
    **_in("track/store/database.py", CHOSEN, "_prepare_file"),
    **_in("track/store/schema.py", PACKAGE, "<module>"),
    **_in("track/store/server_store.py", SCRATCH, "ServerStore._upload"),
    **_in("workflow/hooks.py", CHOSEN, "_check_container", "start"),
    **_in("workflow/probe.py", SCRATCH, "probe"),
    **_in("workflow/study.py", CHOSEN, "write_study"),
}
"""They make, change or remove files, and not by `files.writing`: nothing below results."""
WRITES_ELSEWHERE: dict[Place, str] = {
    **_in("commands/compare.py", "as _folder, which the report's writer enters", "_changes"),
    **_in("commands/prune.py", "by inventory/leftovers.py, which a writer enters", "_remove"),
    **_in("commands/prune.py", BY_NAME, "main"),
    **_in("commands/reproduce.py", SCRATCH, "_audit"),
    **_in("commands/run.py", CHOSEN, "write_receipt"),
    **_in("commands/ui.py", "as track/store/lock.py, which a writer enters", "main"),
    **_in("containers/command_line.py", PRIVATE, "ContainedRun.write_long_spec"),
    **_in("export/paper.py", HELD, "write"),
    **_in("records/journal_file.py", BY_NAME, "_created"),
    **_in("run/attempt.py", "with the lock that a writer enters", "_tidy", "run_one"),
    **_in("run/repeated_population.py", SCRATCH, "repeated_population"),
    **_in("track/passes/index.py", BY_NAME, "Index.__exit__", "Index._open_anew"),
    **_in("track/store/database.py", CHOSEN, "_create_file", "_prepare_file"),
    **_in("workflow/hooks.py", "with the lock that a writer enters", "start"),
}
"""They write by `files.writing`, and are before no writer of `of_writers.py`."""
