"""The folders of jobs in TMPDIR."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hits import hit, kills
from windows import HOLDING

from evosweep.supervision.job_folder import JobFolder
from evosweep.supervision.scratch import private_folder

HOLD = "import sys; from pathlib import Path\n" \
    "from evosweep.supervision.scratch import private_folder\n" \
    "with private_folder(Path(sys.argv[1])) as f: print(f, flush=True); input()"  # fmt: skip


def _holder(tmp_path: Path) -> tuple["subprocess.Popen[str]", Path]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    return holder, Path(holder.stdout.readline().strip())


@kills(HOLDING)
def test_a_living_folder_stays_and_an_abandoned_one_goes(tmp_path: Path) -> None:
    holder, folder = _holder(tmp_path)
    with holder:
        with private_folder(tmp_path) as mine:
            assert mine.stat().st_mode & 0o777 == 0o700
            assert folder.is_dir()
        holder.kill()
        hit(HOLDING)
    with private_folder(tmp_path):
        assert not folder.exists()
    assert not any(tmp_path.iterdir())


def test_what_others_left_there_harms_nobody(tmp_path: Path) -> None:
    """A folder so deep that removing it ends in a RecursionError, a link, a file, no lock."""
    deep = tmp_path / "evosweep-job-deep"
    deep.mkdir()
    (deep / "lock").touch()
    here = Path.cwd()
    try:
        os.chdir(deep)
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
    finally:
        os.chdir(here)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "lock").touch()
    (tmp_path / "evosweep-job-link").symlink_to("kept")
    (tmp_path / "evosweep-job-file").touch()
    (tmp_path / "evosweep-job-3999999-unlocked").mkdir()
    with private_folder(tmp_path):
        assert (tmp_path / "kept" / "lock").exists()
        assert (tmp_path / "evosweep-job-3999999-unlocked").is_dir()
    subprocess.run(["rm", "-rf", str(deep)], check=True)


def test_sockets_have_a_short_path_wherever_the_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    what = {"spec": {}, "seeds": [1], "out": tmp_path, "several": False}
    with JobFolder.temporary(**what) as job:
        assert job.folder.is_relative_to(long)
        assert len(str(job.sockets)) < 90
        assert job.sockets.parent.stat().st_mode & 0o777 == 0o700
    assert not job.sockets.parent.exists()


def test_a_last_word_fits_where_a_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    what = {"spec": {}, "seeds": [1], "out": tmp_path, "several": False}
    with JobFolder.temporary(**what) as job:
        job.save()
        assert job.last_word() is None
        before = (job.folder / "outcome.json").stat().st_size
        job.report(1, "no\n\0é" * 5000)
        assert (job.folder / "outcome.json").stat().st_size == before
        word = job.last_word()
        assert word is not None
        assert word["code"] == 1
