"""The folder of one call of Snakemake."""

import threading
from pathlib import Path

from evosweep.workflow.call import Call, new_name


def test_the_last_call_leaves_no_folder(tmp_path: Path) -> None:
    first, second = Call(tmp_path, new_name()), Call(tmp_path, new_name())
    first.begin()
    second.begin()
    first.end()
    assert second.folder.is_dir()
    second.end()
    assert list(tmp_path.iterdir()) == []


def test_calls_that_begin_while_others_end_all_get_their_folder(tmp_path: Path) -> None:
    def call() -> None:
        for _ in range(50):
            one = Call(tmp_path, new_name())
            one.begin()
            done.append((one.folder / "lock").exists())
            one.end()

    done: list[bool] = []
    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 200
    assert list(tmp_path.iterdir()) == []
