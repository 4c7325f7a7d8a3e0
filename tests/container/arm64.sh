#!/usr/bin/env bash
# A 64-bit Arm base image, under emulation, on an x86-64 machine that reaches no image registry. As root:
#   tests/container/arm64.sh up      let the kernel start programs of 64-bit Arm by QEMU, and build the
#                                    base from Debian's packages in a storage of podman's of its own
#   tests/container/arm64.sh down    remove the storage, and what `up` has told the kernel
# It needs Debian's mmdebstrap, podman and qemu-user-static, and five minutes of a processor's time;
# the two images need as much again. `up` ends with the lines to put into the shell:
#   eval "$(tests/container/arm64.sh up)"; make image ENGINE=podman
set -euo pipefail

state=${EVOSWEEP_ARM64_STATE:-/var/tmp/evosweep-arm64}
suite=${EVOSWEEP_ENGINE_SUITE:-bookworm}
bundle=${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}
formats=/proc/sys/fs/binfmt_misc
name=evosweep-aarch64
base=evosweep-base-arm64:$suite

say() { echo "arm64.sh: $*" >&2; }

check() {
    local program
    for program in mmdebstrap podman qemu-aarch64-static; do
        command -v "$program" > /dev/null || { say "$program is not installed"; return 1; }
    done
}

# The flag F opens the emulator now, so that it works in containers, which do not have its file.
register() {
    [ -e "$formats/register" ] || mount -t binfmt_misc binfmt_misc "$formats"
    ! grep -qs '^interpreter .*aarch64' "$formats"/* || return 0
    sed "s/^:[^:]*:/:$name:/" /usr/lib/binfmt.d/qemu-aarch64.conf > "$formats/register"
}

configure() {
    mkdir -p "$state"
    cat > "$state/storage.conf" << EOF
[storage]
driver = "overlay"
graphroot = "$state/storage"
runroot = "$state/run"
EOF
    cat > "$state/containers.conf" << EOF
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
EOF
    export CONTAINERS_CONF=$state/containers.conf CONTAINERS_STORAGE_CONF=$state/storage.conf
}

# mmdebstrap's own look at the emulator needs a package more, and `register` has looked already.
build_base() {
    ! podman image exists "$base" || return 0
    say "building $base"
    local folder
    folder=$(mktemp -d)
    mmdebstrap --quiet --arch=arm64 --skip=check/qemu --variant=minbase \
        --include=python3,python3-venv,ca-certificates \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$folder/base.tar"
    podman import --quiet --os linux --arch arm64 "$folder/base.tar" "evosweep-debian-arm64:$suite" \
        > /dev/null
    mkdir "$folder/context"
    cp --dereference "$bundle" "$folder/context/bundle.crt"
    cat > "$folder/context/Dockerfile" << EOF
FROM localhost/evosweep-debian-arm64:$suite
COPY bundle.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
EOF
    podman build --quiet --arch arm64 --tag "$base" "$folder/context" > /dev/null
    rm -rf "$folder"
}

up() {
    check
    register
    configure
    build_base
    echo "export BASE_IMAGE=localhost/$base BUILD_OPTIONS='--arch arm64 --network host'" \
        "BUILDAH_ISOLATION=chroot CONTAINERS_CONF=$state/containers.conf" \
        "CONTAINERS_STORAGE_CONF=$state/storage.conf"
}

down() {
    if [ -d "$state" ]; then
        configure
        podman rm --all --force > /dev/null
        podman rmi --all --force > /dev/null
        rm -rf "$state"
    fi
    [ ! -e "$formats/$name" ] || echo -1 > "$formats/$name"
}

case ${1:-} in
    up) up ;;
    down) down ;;
    *)
        sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
