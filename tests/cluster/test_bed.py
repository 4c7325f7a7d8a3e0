"""The test bed itself: what the other tests of this folder rely on."""

import subprocess
import sys
import time

import psutil
from hosts import Host, words


def test_hosts_reach_each_other_by_name_and_nothing_else(hosts: list[Host]) -> None:
    first, second, _ = hosts
    there = first.run("ssh", "h2", "hostname; id -u")
    assert there.stdout.split() == ["h2", "0"], there.stderr
    assert second.run("ip", "route").stdout.split("\n")[0].startswith("10.77.0.0/24")
    assert "default" not in second.run("ip", "route").stdout


def test_a_host_with_another_key_is_refused(hosts: list[Host]) -> None:
    first, *_ = hosts
    known = first.run("sed", "-n", "s/.*UserKnownHostsFile //p", "/etc/ssh/ssh_config")
    first.run("sed", "-i", "/^h3,/d", known.stdout.strip())
    assert "Host key verification failed" in first.run("ssh", "h3", "true").stderr


def test_a_cut_link_is_silent_and_comes_back(hosts: list[Host]) -> None:
    first, _, third = hosts
    connect = (sys.executable, "-c",
               "import socket; socket.create_connection(('h3', 22), timeout=0.3)")  # fmt: skip
    assert first.run(*connect).returncode == 0
    third.cut()
    assert first.run(*connect).returncode != 0
    third.mend()
    assert first.run(*connect).returncode == 0


def test_a_killed_host_takes_its_processes_along(hosts: list[Host]) -> None:
    first, second, _ = hosts
    sleeper = subprocess.Popen(first.command("ssh", "h2", "sleep 600"))
    while not (asleep := [each for each in second.processes() if _name(each) == "sleep"]):
        time.sleep(0.02)
    (remote,) = asleep
    second.kill()
    assert words(remote) == []  # gone, or dead and not yet waited for
    second.boot()
    assert second.processes() == []
    assert first.run("ssh", "h2", "hostname").stdout == "h2\n"
    sleeper.kill()
    sleeper.wait()


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:  # it was one of a shell's
        return ""
