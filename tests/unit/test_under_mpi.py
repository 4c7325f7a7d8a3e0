"""What mpich leaves in shared memory."""

import mmap
import os
import time
from pathlib import Path

from evosweep.supervision.under_mpi import remove_abandoned


def test_shared_memory_that_nobody_has_open_is_removed_once_it_is_old(tmp_path: Path) -> None:
    old, young, used, other = (
        tmp_path / name for name in ("mpich_shm_a", "mpich_shm_b", "mpich_shm_c", "sem.mp-x")
    )
    for path in (old, young, used, other):
        path.write_bytes(bytes(4096))
        if path != young:
            os.utime(path, (time.time() - 3600,) * 2)
    (tmp_path / "mpich_shm_d").symlink_to(other)
    with used.open("r+b") as file, mmap.mmap(file.fileno(), 4096):
        remove_abandoned(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "mpich_shm_b", "mpich_shm_c", "mpich_shm_d", "sem.mp-x",
    ]  # fmt: skip
    remove_abandoned(tmp_path)
    assert not used.exists()
    remove_abandoned(tmp_path / "missing")
