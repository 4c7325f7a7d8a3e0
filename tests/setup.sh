#!/usr/bin/env bash
# What tests need beside Python, from Debian's packages: a browser, PostgreSQL, container engines,
# hosts, SLURM, a Debian under systemd.
# Without root or apt-get nothing is installed, and the tests that need them say what they miss.
set -euo pipefail

packages=(chromium docker.io faketime git iproute2 mmdebstrap moosefs-chunkserver moosefs-client
    moosefs-master openssh-server podman postgresql qemu-user-static slurm-client slurmctld slurmd
    sshfs systemd-container)
missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed ||
        missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "tests/setup.sh: not installed: ${missing[*]} (needs root and apt-get); their tests skip" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=300 update -qq
apt-get -o DPkg::Lock::Timeout=300 install --yes --quiet=2 --no-install-recommends "${missing[@]}" > /dev/null
