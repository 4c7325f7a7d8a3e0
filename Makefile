# make run    set up and run config/experiment.yaml     make test   set up and run every test
# The rest: make help

# The first Python on PATH that evosweep runs on; another one: make run PYTHON=/path/to/python3
SUITABLE := 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))'
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$python -c $(SUITABLE) 2>/dev/null && echo $$python && break; done)
UV ?= uv
ENGINE ?= docker
BASE_IMAGE ?=
BUILD_OPTIONS ?=
GRID_RUNS ?= 10000

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-emit-index-url pyproject.toml

# Compiled once and not by each process: a shell may forbid Python to keep what it compiles.
COMPILE := $(BIN)/python -m compileall -q -j 0 src tests && $(BIN)/python tests/rewritten.py

# Tests of one group (tests/conftest.py) share a worker, so that none fights for what it needs.
PARALLEL := --numprocesses auto --dist loadgroup --no-loadscope-reorder
FAST := -m "not slow and not thorough" $(PARALLEL)

# Of the thorough tests nothing is measured; see tests/covering.py.
MEASURED := $(BIN)/coverage run $(BIN)/pytest
COVERED = $(BIN)/coverage combine --quiet && $(BIN)/coverage report

# An image is told what it was made from, so that a caller with other code can refuse it. Of the
# engines, podman can give all files the time that the Dockerfile gives to most of them.
ONE_TIME = $(if $(filter podman,$(notdir $(ENGINE))),--timestamp 315532800)
BUILD_IMAGE = $(ENGINE) build $(BUILD_OPTIONS) $(ONE_TIME) $(if $(BASE_IMAGE),--build-arg BASE_IMAGE=$(BASE_IMAGE)) \
    $(shell $(PYTHON) -c 'import sys; sys.path.insert(0, "src"); \
        from evosweep.containers.engines import build_arguments; print(*build_arguments())')

.PHONY: debian gallery pictures notebook reference help run test test-fast coverage venv check bench bench-peers bench-grid bench-scale examples faults simulate fuzz mutants audit package pin docs proof image lock schema clean

help: ## show the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: venv ## set up and run config/experiment.yaml
	$(BIN)/snakemake --cores all
	@echo "Open the report with a browser; browse the runs with: $(BIN)/evosweep ui"

test: ## set up and run every test, and print the branch coverage of the fast ones
	@$(MAKE) --no-print-directory --jobs 2 .venv/.test debian
	$(COMPILE)
	$(BIN)/coverage erase
	$(MEASURED) $(PARALLEL)
	@echo "Of lines and branches, the tests of make test-fast cover so many percent:"
	@$(COVERED) --format=total

debian:
	tests/setup.sh

test-fast: .venv/.test ## the tests that need no root, no Debian package, and about a minute
	$(COMPILE)
	$(BIN)/pytest $(FAST)

coverage: .venv/.test ## what those cover, line and branch, in every process that they start
	$(COMPILE)
	$(BIN)/coverage erase
	$(MEASURED) $(FAST)
	@$(COVERED)

venv: .venv/.workflow ## set up alone: .venv from the hash-locked requirements

check: .venv/.test docs ## format, lint, types and the site: everything that CI asks beside the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

# By its folder: packages bring a module `tests` of their own, which Python would take.
bench: .venv/.test ## measure, side by side with DEAP, Pool.map and SCOOP
	$(BIN)/python tests/benchmarks

bench-peers: .venv/.test .peers/.installed ## the same work in pymoo, pygmo, PyGAD, LEAP and DEAP
	$(BIN)/python tests/benchmarks/peers

bench-grid: .venv/.test .grid-peers/.installed ## 10,000 small runs, tracked and compared, beside joblib and Hydra (GRID_RUNS=500)
	$(BIN)/python tests/benchmarks/grid --runs $(GRID_RUNS) $(if $(filter 10000,$(GRID_RUNS)),--page docs/speed.md)
	$(BIN)/python docs/make_numbers.py

bench-scale: .venv/.test ## efficiency at 2 to 256 workers beside Pool.map, Dask's and mpi4py's maps
	$(BIN)/python tests/benchmarks/scale

faults: .venv/.test ## every fault at full size, of hosts too
	$(BIN)/pytest tests/faults tests/cluster -m "slow or not slow"

simulate: .venv/.test ## 100,000 runs under simulated faults: of workers, of the disk, of the power
	$(BIN)/python tests/simulation

fuzz: .venv/.test .fuzz/.installed ## an hour of CPU with inputs that nobody meant, for every reader (FUZZ_SECONDS=60 for less)
	PYTHONPATH=.fuzz $(BIN)/python tests/fuzz

mutants: .venv/.test .mutants/.installed ## do the tests notice it, if one place of the journal, replay, digests, ... changes?
	$(BIN)/python tests/mutants

examples: .venv/.test ## DEAP's example programs, plain and on every backend: the same populations
	$(BIN)/pytest tests/examples

audit: .venv/.test .audit/.installed ## what is installed: wheel and images twice, licences, SBOMs, known vulnerabilities
	.audit/bin/python tests/audit $(CHECKS)

package: .audit/.installed ## wheel and source archive of this commit, into dist/package
	rm -rf dist/package
	EVOSWEEP_CORE=none SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) \
	    .audit/bin/python -m build --no-isolation --outdir dist/package

pin: ## write the digests of the images from registries into compose.yaml, before a release
	$(PYTHON) deploy/pin_images.py --engine $(ENGINE) compose.yaml

docs: .docs/.installed ## build the site of docs/ into site/; a dead link is an error
	NO_MKDOCS_2_WARNING=1 .docs/bin/mkdocs build --strict --quiet
	@echo "Open site/index.html with a browser; its search needs a server: python3 -m http.server -d site"

proof: .venv/.test .peers/.installed ## known numbers of theory and literature, reproduced into docs/proof.md
	$(BIN)/snakemake --cores all --config config=config/proof/laws.yaml
	$(BIN)/snakemake --cores all --config config=config/proof/bbob.yaml
	$(BIN)/snakemake --cores all --config config=config/proof/fronts.yaml
	.peers/bin/python tests/proof/pymoo_fronts.py results/proof-fronts/pymoo.json
	$(BIN)/python tests/proof

lock: ## resolve the requirements again (needs uv); test first, the others follow it
	$(LOCK) --extra test --output-file envs/test.txt
	$(LOCK) --extra workflow --constraints envs/test.txt --output-file envs/workflow.txt
	$(LOCK) --extra scoop --extra problems --constraints envs/test.txt --output-file envs/run.txt
	$(LOCK:pyproject.toml=envs/peers.in) --output-file envs/peers.txt
	$(LOCK:pyproject.toml=envs/grid-peers.in) --output-file envs/grid-peers.txt
	$(LOCK:pyproject.toml=envs/docs.in) --output-file envs/docs.txt
	$(LOCK:pyproject.toml=envs/audit.in) --output-file envs/audit.txt
	$(LOCK:pyproject.toml=envs/mutants.in) --output-file envs/mutants.txt
	$(UV) pip compile --quiet --universal --python-version 3.11 --no-deps --no-header \
	    --format pylock.toml envs/test.txt | $(PYTHON) envs/wheels.py > envs/wheels-aarch64.txt
	$(LOCK:pyproject.toml=envs/fuzz.in) --output-file envs/fuzz.txt

image: ## build evosweep-run and evosweep (ENGINE=podman BASE_IMAGE=... BUILD_OPTIONS=... to choose)
	$(BUILD_IMAGE) --target run --tag evosweep-run .
	$(BUILD_IMAGE) --target workflow --tag evosweep .
	@$(ENGINE) image inspect --format '{{.Size}} {{index .RepoTags 0}}' evosweep-run evosweep | \
	    awk '{ printf "%5.0f MB  %s\n", $$1 / 1e6, $$2 }'

schema: venv ## write the JSON schemas of config and record from their models, MLflow's from MLflow
	$(BIN)/python -m evosweep.config.experiment > workflow/schemas/experiment.schema.json
	$(BIN)/python -m evosweep.records.record > workflow/schemas/record.schema.json
	$(BIN)/python -m evosweep.track.store.schema src/evosweep/track/store/schemas

reference: .venv/.test ## write docs/reference.md and docs/commands.md from signatures, docstrings and --help
	$(BIN)/evosweep list --markdown > docs/reference.md
	$(BIN)/python docs/make_commands.py

pictures: .venv/.test ## run config/tour.yaml and config/experiment.yaml, and make the pictures of README and docs
	$(BIN)/python docs/make_pictures.py

notebook: .venv/.test ## execute the notebook of docs/ and keep what it shows
	$(BIN)/python docs/make_notebook.py

gallery: .venv/.test ## run the families of docs/gallery.md whose plots are old, and write the page
	$(BIN)/python docs/make_gallery.py

clean: ## remove the environment and caches; results stay
	rm -rf .venv .peers .grid-peers .docs .audit .fuzz .mutants dist site .coverage .import_linter_cache .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "evosweep needs Python 3.11 to 3.14 with venv (on Debian:" \
	    "apt-get install python3-venv); give another one by PYTHON=/path/to/python3" >&2; exit 2; }
	$(PYTHON) -m venv .venv

# Build tools first, as locked: SCOOP and cocopp have no wheels, and pip would fetch unlocked ones.
# A lock file names everything, so pip asks no package for what it needs; all processors compile.
BUILD_TOOLS := awk '/^[^ \#]/ { wanted = /^(setuptools|setuptools-scm)==/ } wanted'
LOCKED := $(PIP) install --require-hashes --no-deps --no-compile --no-build-isolation --requirement
BUILT_FROM := pyproject.toml setup.py $(wildcard src/evosweep/fast/native/*)
define INSTALL
	$(BUILD_TOOLS) $(1) > .venv/build-tools.txt
	$(LOCKED) .venv/build-tools.txt
	$(LOCKED) $(1)
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(PIP) check
	$(BIN)/python -m compileall -qq -j 0 .venv/lib src || true  # a package may bring other Pythons' files
endef

.venv/.workflow: envs/workflow.txt $(BUILT_FROM) | $(BIN)/python
	$(call INSTALL,envs/workflow.txt)
	@touch $@

# All of the workflow's requirements, in the same versions, and the tests' own.
.venv/.test: envs/test.txt $(BUILT_FROM) | $(BIN)/python
	$(call INSTALL,envs/test.txt)
	@touch .venv/.workflow $@

# The peers of make bench-peers, in an environment of their own.
.peers/.installed: envs/peers.txt
	$(PYTHON) -m venv .peers
	.peers/bin/python -m pip --quiet --no-input install --require-hashes --requirement envs/peers.txt
	@touch $@

# The peers of make bench-grid, likewise.
.grid-peers/.installed: envs/grid-peers.txt
	$(PYTHON) -m venv .grid-peers
	$(BUILD_TOOLS) envs/grid-peers.txt > .grid-peers/build-tools.txt
	.grid-peers/bin/python -m pip --quiet --no-input install --require-hashes --no-deps --requirement .grid-peers/build-tools.txt
	.grid-peers/bin/python -m pip --quiet --no-input install --require-hashes --no-build-isolation --requirement envs/grid-peers.txt
	@touch $@

# What the site is built with.
.docs/.installed: envs/docs.txt
	$(PYTHON) -m venv .docs
	.docs/bin/python -m pip --quiet --no-input install --require-hashes --requirement envs/docs.txt
	@touch $@

# What make audit needs beside the product.
.audit/.installed: envs/audit.txt
	$(PYTHON) -m venv .audit
	.audit/bin/python -m pip --quiet --no-input install --require-hashes --requirement envs/audit.txt
	@touch $@

# What makes the mutants of make mutants; its outcomes lie beside it.
.mutants/.installed: envs/mutants.txt
	$(PYTHON) -m venv .mutants
	.mutants/bin/python -m pip --quiet --no-input install --require-hashes --requirement envs/mutants.txt
	@touch $@

# What the fuzzing needs beside the packages of the tests, which it is run with.
.fuzz/.installed: envs/fuzz.txt .venv/.test
	$(PIP) install --require-hashes --no-deps --target .fuzz --requirement envs/fuzz.txt
	@touch $@
