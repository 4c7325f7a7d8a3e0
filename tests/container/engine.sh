#!/usr/bin/env bash
# Container engines and a base image from Debian's packages alone, for a machine that reaches no
# image registry. As root:
#   tests/container/engine.sh up      install docker.io, podman and mmdebstrap where they are missing,
#                                     start dockerd where none answers, build the base image
#   tests/container/engine.sh down    end the dockerd that `up` started; images stay
# Both can be called again at any time. `up` ends with the lines to put into the shell:
#   eval "$(tests/container/engine.sh up)"; make image
set -euo pipefail

state=${EVOSWEEP_ENGINE_STATE:-/var/tmp/evosweep-engine}
suite=${EVOSWEEP_ENGINE_SUITE:-bookworm}
base=evosweep-base:$suite
bundle=${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}

say() { echo "engine.sh: $*" >&2; }

install_packages() {
    local missing=() package
    for package in catatonit docker.io iptables mmdebstrap podman; do
        dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null \
            | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    apt-get -o DPkg::Lock::Timeout=300 update -qq
    DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=300 install --yes --quiet=2 --no-install-recommends "${missing[@]}" > /dev/null
}

start_docker() {
    ! docker info > /dev/null 2>&1 || return 0
    say "starting dockerd"
    rm -f "$state/dockerd.pid"
    setsid dockerd --pidfile "$state/dockerd.pid" > "$state/dockerd.log" 2>&1 < /dev/null &
    for _ in $(seq 60); do
        ! docker info > /dev/null 2>&1 || return 0
        sleep 0.5
    done
    tail -5 "$state/dockerd.log" >&2
    say "dockerd does not answer after 30 s; its log is $state/dockerd.log"
    return 1
}

# A minimal Debian with Python and, in a layer of its own, the certificates that pip needs here.
# `docker import` refuses a tar that has a path twice, so they cannot go into the tar.
build_base() {
    ! docker image inspect "$base" > /dev/null 2>&1 || return 0
    say "building $base"
    local folder
    folder=$(mktemp -d)
    mmdebstrap --quiet --variant=minbase --include=python3,python3-venv,ca-certificates \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$folder/base.tar"
    docker import "$folder/base.tar" "evosweep-debian:$suite" > /dev/null
    mkdir "$folder/context"
    cp --dereference "$bundle" "$folder/context/bundle.crt"
    cat > "$folder/context/Dockerfile" << EOF
FROM evosweep-debian:$suite
COPY bundle.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
EOF
    DOCKER_BUILDKIT=0 docker build --quiet --tag "$base" "$folder/context" > "$state/base.log" 2>&1 \
        || { cat "$state/base.log" >&2; return 1; }
    rm -rf "$folder"
}

# Podman asks for more open files and processes than a machine may allow, and then cannot start.
configure_podman() {
    cat > "$state/containers.conf" << EOF
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
EOF
}

up() {
    mkdir -p "$state"
    install_packages
    start_docker
    build_base
    configure_podman
    echo "export BASE_IMAGE=$base BUILD_OPTIONS='--network host'" \
        "CONTAINERS_CONF=$state/containers.conf"
}

down() {
    [ -s "$state/dockerd.pid" ] || return 0
    local pid
    pid=$(cat "$state/dockerd.pid")
    [ "$(cat "/proc/$pid/comm" 2> /dev/null)" = dockerd ] || return 0
    kill "$pid"
    for _ in $(seq 60); do
        [ -d "/proc/$pid" ] || return 0
        sleep 0.5
    done
}

case ${1:-} in
    up) up ;;
    down) down ;;
    *)
        sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
