"""The lock of a folder."""

import errno
import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hits import hit, kills
from windows import HOLDING

from evosweep.errors import InputError
from evosweep.processes import lock
from evosweep.processes.lock import Lock, Locked, NoLocks

HOLD = "import sys; from pathlib import Path; from evosweep.processes.lock import Lock\n" \
    "with Lock(Path(sys.argv[1]), 'it'): print('held', flush=True); sys.stdin.read()"  # fmt: skip


@kills(HOLDING)
def test_a_second_one_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        who = f"run 7: process {holder.pid} on {os.uname().nodename}, since 20"
        with pytest.raises(Locked, match=who) as refused, Lock(path, "run 7"):
            pass
        assert refused.value.exit_code == 75
        holder.kill()
        holder.wait()
        hit(HOLDING)
        with Lock(path, "run 7"):
            assert str(os.getpid()) in path.read_text()
    assert not path.exists()


def test_it_may_be_taken_again(tmp_path: Path) -> None:
    for _ in range(3):
        with Lock(tmp_path / "lock", "it"):
            pass


def test_its_text_names_this_start_of_the_machine_and_is_for_its_user_alone(tmp_path: Path) -> None:
    with Lock(tmp_path / "lock", "it"):
        text = (tmp_path / "lock").read_text()
        assert lock.boot_id() in text
        assert lock.TOKEN in text
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EBADF]
)
def test_a_file_system_without_locks_is_no_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(NoLocks, match="this file system has no locks") as refused:
        Lock(tmp_path / "lock", "it").__enter__()
    assert str(tmp_path) in str(refused.value)
    assert refused.value.exit_code == 2
    with pytest.raises(NoLocks, match="this file system has no locks"):
        lock.probe(tmp_path / "results" / "not yet made")
    monkeypatch.setenv(lock.SWITCH, "none")
    lock.probe(tmp_path)
    with Lock(tmp_path / "lock", "it"):
        pass


def test_a_probe_leaves_nothing_and_does_not_mind_a_folder_that_is_read_only(
    tmp_path: Path,
) -> None:
    lock.probe(tmp_path)
    assert not any(tmp_path.iterdir())
    lock.probe(Path("/proc/nothing"))


def test_a_lock_that_is_a_link_is_refused_and_its_target_kept(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine")
    (tmp_path / "lock").symlink_to("target")
    with pytest.raises(InputError, match="is a link"), Lock(tmp_path / "lock", "it"):
        pass
    assert (tmp_path / "target").read_text() == "mine"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")
def test_the_lock_of_another_user_is_named_as_such() -> None:
    code = HOLD.replace("with Lock", "import os; os.setuid(65534)\nwith Lock")
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to others
        Path(folder).chmod(0o755)
        Path(folder, "lock").touch(0o600)
        done = subprocess.run(
            [sys.executable, "-c", code, f"{folder}/lock"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert "it: user 0 works on it, or did and was killed" in done.stderr


@kills(HOLDING)
def test_who_waits_is_told_for_whom_and_gets_it_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        told: list[str] = []

        def tell(who: str) -> None:
            told.append(who)
            holder.kill()
            hit(HOLDING)

        with lock.queue(path, tell):
            assert str(os.getpid()) in path.read_text()
        assert told[0].startswith(f"process {holder.pid} on ")


def test_a_lock_that_another_host_has_got_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with Lock(path, "it"):
        path.write_text(path.read_text().replace(lock.TOKEN, "another"))
    assert path.exists()
