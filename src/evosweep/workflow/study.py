"""Write the files of a new study for `evosweep init`."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from evosweep.errors import InputError
from evosweep.workflow.deap_script import Script
from evosweep.workflow.shipped import root

SNAKEFILE = '''"""The workflow of this study, from the installed evosweep."""

from evosweep.workflow.shipped import root


include: str(root() / "Snakefile")


localrules:
    everything,


rule everything:
    default_target: True
    input:
        PLAN.outputs,
        [] if PLAN.share else [*rules.track.output, *rules.compare.output],
'''

IGNORED = """\
results/
.snakemake/
__pycache__/
"""

PROBLEM = '''"""The problem of this study: a function that returns a DEAP toolbox. Make it yours."""

import random

from deap import base, creator, tools

creator.create("FewestAttacks", base.Fitness, weights=(-1.0,))
creator.create("Board", list, fitness=creator.FewestAttacks)


def attacks(board):
    """Pairs of queens on one diagonal."""
    pairs = ((i, j) for i in range(len(board)) for j in range(i))
    return (sum(abs(board[i] - board[j]) == i - j for i, j in pairs),)


def build(size=20, shuffle=0.1):
    """`size` queens, none of which may attack another; a mutation moves each by `shuffle`."""
    toolbox = base.Toolbox()
    toolbox.register("columns", random.sample, range(size), size)
    toolbox.register("individual", tools.initIterate, creator.Board, toolbox.columns)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", attacks)
    toolbox.register("mate", tools.cxPartialyMatched)
    toolbox.register("mutate", tools.mutShuffleIndexes, indpb=shuffle)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
'''

CONFIG = """\
# `evosweep list` has the built-ins, `evosweep check` finds mistakes, evosweep's config/README.md
# has every key.
experiment: {name}
problems:
  {problem}
algorithms:
  {algorithm}
backends:
  serial: {{use: serial}}
seeds: {{first: 1, count: {seeds}}}
"""

README = """\
# {name}

    evosweep check config/experiment.yaml     # every mistake, and the size of the grid
    evosweep sweep config/experiment.yaml     # runs, comparison, MLflow

`snakemake --cores all` is the same as the second.

`config/experiment.yaml` says what is run, `config/my_problem.py` is the problem.
The answer is in `results/{name}/comparison/report.html`; `evosweep ui` shows every run.
"""


def files_of(name: str, script: Script | None = None) -> dict[str, str]:
    """Return the text of each file of a new study, by path."""
    return {
        "config/experiment.yaml": _config(name, script),
        "config/my_problem.py": PROBLEM if script is None else script.module,
        **({"config/my_algorithm.py": script.loop} if script and script.loop else {}),
        "Snakefile": SNAKEFILE,
        "profiles/default/config.yaml": (root() / "profiles/default/config.yaml").read_text(),
        ".gitignore": IGNORED,
        "README.md": README.format(name=name),
    }


def write_study(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files; raises InputError and writes nothing if one exists already."""
    if there := [name for name in files if (folder / name).exists()]:
        raise InputError(
            f"{folder / there[0]}: is there already; give another folder, or move it away"
        )
    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror})") from error


def study_name(folder: Path) -> str:
    """Return a name for the experiment, made from its folder's name."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.absolute().name).strip("-.")[:64]
    return name if re.match(r"[A-Za-z]", name) else "study"


def _config(name: str, script: Script | None) -> str:
    if script is None:
        problem = '{use: "my_problem:build", params: {size: 20}, grid: {shuffle: [0.02, 0.3]}, '
        problem = f"queens: {problem}compare: [shuffle]}}"
        params: Mapping[str, object] = {
            "population": 100, "generations": 30, "crossover": 0.7, "mutation": 0.3,
        }  # fmt: skip
        return CONFIG.format(
            name=name,
            problem=problem,
            algorithm=f"simple: {{use: ea_simple, params: {_flow(params)}}}",
            seeds=10,
        )
    return CONFIG.format(
        name=name,
        problem=f'problem: {{use: "my_problem:build", params: {_flow(script.params)}}}',
        algorithm=f'algorithm: {{use: "{script.algorithm}", '
        f"params: {_flow(script.algorithm_params)}}}",
        seeds=10,
    )


def _flow(params: Mapping[str, object]) -> str:
    """Return a mapping as one line of YAML."""
    return "{" + ", ".join(f"{key}: {json.dumps(value)}" for key, value in params.items()) + "}"
