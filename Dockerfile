# Two images from one file:
#   run        what one run needs: no Snakemake, no MLflow    docker build --target run -t evosweep-run .
#   workflow   the whole workflow, the default                docker build -t evosweep .
# A base is any Debian (or descendant) with Python 3.11 to 3.14 and its venv module; the default is
# the official image, pinned. Nothing here needs BuildKit. See docs/containers.md.
ARG BASE_IMAGE=docker.io/library/python:3.12-slim-bookworm@sha256:782412e85d0f0984994c290652577d4018aff08145c85b262bb63dc0c7522254

# The environment of one run, hash-locked. There is no compiler: the few packages without a wheel
# (SCOOP is one) are plain Python, and built with the locked setuptools.
FROM ${BASE_IMAGE} AS build-run
ARG PIP_INDEX_URL
# Two builds give the same files: one time for all, and byte code that depends on nothing else.
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    PIP_NO_COMPILE=1 PYTHONHASHSEED=0 SOURCE_DATE_EPOCH=315532800
# tini's version is the base's own, whichever base that is.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --no-install-recommends --yes binutils tini \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /build \
    && python3 -m venv --without-pip /usr/local/evosweep
COPY envs/run.txt envs/prune.sh /build/
RUN touch /build/before \
    && awk '/^[^ #]/ {wanted = /^setuptools==/} wanted' /build/run.txt > /build/setuptools.txt \
    && /build/bin/pip --python /usr/local/evosweep/bin/python install \
        --require-hashes --requirement /build/setuptools.txt \
    && /build/bin/pip --python /usr/local/evosweep/bin/python install \
        --no-build-isolation --use-pep517 --require-hashes --requirement /build/run.txt \
    && sh /build/prune.sh /usr/local/evosweep /build/before

# A compiler for evosweep's core (docs/speed.md), and Python's headers, which the official image has.
FROM build-run AS compiler
# hadolint ignore=DL3008,SC2046
RUN apt-get update \
    && apt-get install --no-install-recommends --yes gcc libc6-dev \
        $(test -e "$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" \
            || echo libpython3-dev) \
    && rm -rf /var/lib/apt/lists/*

# evosweep itself, as a difference too, so that a change of its source rebuilds one small layer.
FROM compiler AS build-evosweep
WORKDIR /build/source
COPY pyproject.toml setup.py README.md LICENSE Snakefile ./
COPY profiles profiles
COPY workflow workflow
COPY src src
RUN touch /build/before \
    && /build/bin/pip --python /usr/local/evosweep/bin/python install \
        --no-deps --no-build-isolation . \
    && sh /build/prune.sh /usr/local/evosweep /build/before \
    && find /usr/local/evosweep ! -type d -cnewer /build/before -print0 > /build/new \
    && tar --create --file /build/new.tar --null --files-from /build/new \
    && mkdir /difference \
    && tar --extract --file /build/new.tar --directory /difference

# Without what only a build needs.
FROM build-run AS built-run
RUN /build/bin/pip --python /usr/local/evosweep/bin/python uninstall --yes setuptools

# What both images stand on.
FROM ${BASE_IMAGE} AS base
COPY --from=build-run /usr/bin/tini-static /usr/bin/tini
COPY --from=built-run /usr/local/evosweep /usr/local/evosweep
# Any user id may be given with --user, so HOME is the one folder that everybody can write, and the
# name that programs ask for needs no entry in /etc/passwd.
ENV PATH=/usr/local/evosweep/bin:$PATH \
    HOME=/tmp \
    USER=evosweep \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1
LABEL org.opencontainers.image.title="evosweep" \
      org.opencontainers.image.description="Grids of evolutionary experiments with DEAP" \
      org.opencontainers.image.licenses="MIT"

FROM base AS run
COPY --from=build-evosweep /difference /
ARG VERSION=unknown
ARG SOURCE=
ARG REVISION=
ARG DIRTY=0
LABEL org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      evosweep.version="${VERSION}" \
      evosweep.source="${SOURCE}"
ENV EVOSWEEP_GIT_COMMIT=${REVISION} EVOSWEEP_GIT_DIRTY=${DIRTY}
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["/usr/bin/tini", "-g", "--", "python3", "-P", "-m", "evosweep.entry.run_image"]
CMD ["--help"]


# Snakemake, MLflow and what they bring, as the difference to the environment of one run.
FROM build-run AS build-workflow
COPY envs/workflow.txt /build/
RUN touch /build/before \
    && /build/bin/pip --python /usr/local/evosweep/bin/python install \
        --no-build-isolation --use-pep517 --require-hashes --requirement /build/workflow.txt \
    && sh /build/prune.sh /usr/local/evosweep /build/before \
    && find /usr/local/evosweep ! -type d -cnewer /build/before -print0 > /build/new \
    && tar --create --file /build/new.tar --null --files-from /build/new \
    && mkdir /difference \
    && tar --extract --file /build/new.tar --directory /difference

FROM base AS workflow
COPY --from=build-workflow /difference /
COPY --from=build-evosweep /difference /
# The one program that can become the owner of the mounted results folder. Only the image's own user
# may execute it; the capabilities are CAP_SETGID, CAP_SETUID and CAP_SETPCAP. The entry forbids new
# privileges before it starts a command, so that no command can use it. See entry/workflow_image.py.
RUN install -D --owner=0 --group=10001 --mode=0750 \
        "$(command -v setpriv)" /usr/local/evosweep/libexec/become \
    && python3 -c 'import os, struct; os.setxattr("/usr/local/evosweep/libexec/become", \
        "security.capability", struct.pack("<5I", 0x02000001, 0x1C0, 0, 0, 0))' \
    && install -d --owner=10001 --group=10001 /evosweep /evosweep/results /evosweep/artifacts \
    && install -d --mode=1777 /evosweep/.snakemake
WORKDIR /evosweep
COPY Snakefile ./
COPY config config
COPY profiles profiles
COPY workflow workflow
ARG VERSION=unknown
ARG SOURCE=
ARG REVISION=
ARG DIRTY=0
LABEL org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      evosweep.version="${VERSION}" \
      evosweep.source="${SOURCE}"
ENV EVOSWEEP_GIT_COMMIT=${REVISION} EVOSWEEP_GIT_DIRTY=${DIRTY}
USER 10001:10001
ENTRYPOINT ["/usr/bin/tini", "-g", "--", "python3", "-P", "-m", "evosweep.entry.workflow_image"]
CMD ["snakemake", "--cores", "all", "--config", "config=config/quick.yaml"]
