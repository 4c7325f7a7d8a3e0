"""deploy/cloud-init.yaml, executed: a Debian machine boots under systemd, with docker inside.

The image that it builds is a stand-in with a `snakemake` that writes down how it was called: what
is tested is the machine, its unit and its share. Slow, for a whole Debian is made first.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import yaml
from lacking import lacking

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "systemd-sysv,udev,dbus,cloud-init,locales,openssh-server,iproute2,ifupdown,isc-dhcp-client,"
    "python3,git,make,docker.io,procps,netbase,ca-certificates"
)
NEEDED = ("mmdebstrap", "systemd-nspawn", "git")
MINI = """#!/bin/sh
echo "$(date +%s) $*" >> /evosweep/results/calls.txt
exit "$(cat /evosweep/results/code 2> /dev/null || echo 0)"
"""
MAKEFILE = """image:
\ttar -c -C mini . | docker import --change "ENV PATH=/bin" --change "USER 10001" - evosweep
"""
WRITABLE = (
    "[Service]\nExecStartPre=/bin/sh -c 'mount -o remount,rw /sys/fs/cgroup; "
    "for d in /sys/fs/cgroup/*/; do mount -o remount,rw $d || "
    "mount -o remount,bind,rw $d || :; done'\n"
)


def _make(folder: Path) -> Path:
    """The root of a Debian with cloud-init and docker."""
    root = folder / "root"
    root.mkdir()
    tar = folder / "root.tar"
    words = ["mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(tar)]
    subprocess.run(words, check=True, capture_output=True)
    subprocess.run(["tar", "-C", root, "-xf", tar, "--exclude=./dev/*"], check=True)
    tar.unlink()
    (root / "etc/fstab").write_text("")
    sources = root / "etc/cloud/cloud.cfg.d/90_ds.cfg"
    sources.write_text("datasource_list: [NoCloud, None]\n")
    drop_in = root / "etc/systemd/system/docker.service.d"
    drop_in.mkdir(parents=True)
    (drop_in / "rw.conf").write_text(WRITABLE)
    (root / "root/.gitconfig").write_text("[safe]\n\tdirectory = *\n")
    return root


def _study(root: Path) -> None:
    """A repository whose `make image` needs no network: a shell, `date` and that `snakemake`."""
    study = root / "srv" / "study"
    binaries = study / "mini" / "bin"
    binaries.mkdir(parents=True)
    (study / "config").mkdir()
    (study / "config" / "experiment.yaml").write_text("experiment: x\n")
    (study / "Makefile").write_text(MAKEFILE)
    for name in ("dash", "date", "cat"):
        shutil.copy(root / "bin" / name, binaries)
    shutil.copy(root / "bin" / "dash", binaries / "sh")
    (binaries / "snakemake").write_text(MINI)
    (binaries / "snakemake").chmod(0o755)
    (study / "mini" / "lib64").mkdir()
    (study / "mini" / "lib" / "x86_64-linux-gnu").mkdir(parents=True)
    shutil.copy(root / "lib/x86_64-linux-gnu/libc.so.6", study / "mini/lib/x86_64-linux-gnu")
    shutil.copy(root / "lib64/ld-linux-x86-64.so.2", study / "mini/lib64")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "study"]):
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *words], cwd=study, check=True)


def _boot(root: Path, number: int, user_data: str, calls: int) -> str:
    """Boot, and shut down once the unit has ended that often; returns the unit's journal."""
    seed = root / "var/lib/cloud/seed/nocloud"
    seed.mkdir(parents=True, exist_ok=True)
    (seed / "user-data").write_text(user_data)
    (seed / "meta-data").write_text(f"instance-id: i{number}\nlocal-hostname: guest\n")
    machine = subprocess.Popen(
        ["systemd-nspawn", "--keep-unit", "--register=no", "-q", "-D", root, "--private-network",
         "--capability=all", "--system-call-filter=add_key keyctl bpf", "-b"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 600
    while (journal := _journal(root)).count("Deactivated") < calls:
        if time.monotonic() > until:
            break
        time.sleep(1)
    time.sleep(5)  # a unit that fails after its end would begin again
    machine.terminate()  # as its power button: systemd shuts down
    try:
        machine.wait(600)
    except subprocess.TimeoutExpired:
        machine.kill()
        machine.wait()
    return journal


def _journal(root: Path) -> str:
    folder = root / "var/log/journal"
    shown = subprocess.run(
        ["journalctl", "-D", folder, "-u", "evosweep", "--no-pager"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    return shown.stdout


def _user_data(share: str) -> str:
    """The file as its user changes it."""
    text = (ROOT / "deploy/cloud-init.yaml").read_text()
    text = text.replace("https://git.example.org/you/your-study.git", "/srv/study")
    text = text.replace("SNAKEMAKE=--cores all", f"SNAKEMAKE=--cores all --config {share}", 1)
    data = yaml.safe_load(text)
    data.pop("packages")  # they are there, and the machine has no network
    data.pop("mounts")
    return f"#cloud-config\n{yaml.safe_dump(data)}"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_machine_does_its_share_whenever_it_boots(tmp_path: Path) -> None:
    absent = [name for name in NEEDED if shutil.which(name) is None]
    if absent or os.geteuid() != 0:
        reason = f"cloud-init needs root and {', '.join(NEEDED)}; missing: {', '.join(absent)}"
        lacking(reason)
    root = _make(tmp_path)
    _study(root)
    journal = _boot(root, 1, _user_data("share=3/10 steal=true"), calls=1)
    calls = (root / "srv/evosweep/results/calls.txt").read_text().splitlines()
    assert [line.split(maxsplit=1)[1] for line in calls] == [
        "--cores all --config share=3/10 steal=true"
    ], journal
    assert "Deactivated successfully" in journal
    assert "Failed" not in journal

    _boot(root, 1, _user_data("share=3/10 steal=true"), calls=2)  # the same machine, again
    calls = (root / "srv/evosweep/results/calls.txt").read_text().splitlines()
    assert len(calls) == 2
