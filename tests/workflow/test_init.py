"""`evosweep init`: a study that runs, from nothing and from plain DEAP programs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import warm
import yaml
from workspace import Workspace

from evosweep import cli
from evosweep.workflow.deap_script import read_script

ROOT = Path(__file__).parents[2]
PROGRAM = """
import random
from multiprocessing import Pool

from deap import algorithms, base, creator, tools

SIZE = 20
random.seed(3)
TARGET = [random.randint(0, 1) for _ in range(SIZE)]
creator.create("InitMax", base.Fitness, weights=(1.0,))
creator.create("InitBits", list, fitness=creator.InitMax)
toolbox = base.Toolbox()
toolbox.register("bit", random.randint, 0, 1)
toolbox.register("individual", tools.initRepeat, creator.InitBits, toolbox.bit, SIZE)
toolbox.register("population", tools.initRepeat, list, toolbox.individual)


def equal(individual):
    return (sum(a == b for a, b in zip(toolbox.clone(individual), TARGET)),)


toolbox.register("evaluate", equal)
toolbox.register("mate", tools.cxTwoPoint)
toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
toolbox.register("select", tools.selTournament, tournsize=3)


def main():
    random.seed(64)
    CXPB, MUTPB = 0.5, 0.2
    toolbox.register("map", Pool().map)
    population = toolbox.population(n=30)
    algorithms.eaSimple(population, toolbox, CXPB, MUTPB, ngen=4)
    return population


if __name__ == "__main__":
    main()
"""


def test_a_program_becomes_a_study_that_snakemake_runs(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.folder)
    Path("mine.py").write_text(PROGRAM)
    assert cli.main(["init", "My study", "--from", "mine.py"]) == 0
    said = capsys.readouterr().out
    assert "with parameters indpb, tournsize and eaSimple" in said
    assert "not taken over: line 28: the function main(), which runs the program" in said
    folder = workspace.folder / "My study"
    config = yaml.safe_load((folder / "config" / "experiment.yaml").read_text())
    assert config["experiment"] == "My-study"
    assert config["problems"]["problem"]["params"] == {"indpb": 0.05, "tournsize": 3}
    assert config["algorithms"]["algorithm"] == {
        "use": "deap.algorithms:eaSimple",
        "params": {"cxpb": 0.5, "mutpb": 0.2, "ngen": 4, "population": 30},
    }
    words = ["-m", "snakemake", "--cores", "2", "--config", "seeds=[1,2]"]
    process = workspace.start_python(*words, folder=folder)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    assert "2 runs are done:  results/My-study/runs" in output
    assert (folder / "results" / "My-study" / "comparison" / "report.html").exists()


def test_a_study_from_nothing_has_no_mistake_and_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "mine"]) == 0
    monkeypatch.chdir(tmp_path / "mine")
    assert cli.main(["check", "config/experiment.yaml"]) == 0
    assert "20 runs (2 configurations" in capsys.readouterr().out
    assert cli.main(["init"]) == 2
    assert "config/experiment.yaml: is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(:", "bad.py: is no Python that this version reads"),
        ("x = 1\n", "bad.py: no `base.Toolbox()` in it"),
    ],
)
def test_what_is_no_program_is_a_line(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.py").write_text(text)
    assert cli.main(["init", str(tmp_path / "new"), "--from", str(tmp_path / "bad.py")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_program_is_read_and_never_run(tmp_path: Path) -> None:
    text = f"open({str(tmp_path / 'ran')!r}, 'w')\n{PROGRAM}"
    script = read_script(text, "program.py")
    assert not (tmp_path / "ran").exists()
    assert "Pool().map" not in script.module
    assert any("the function main()" in line for line in script.left)


def test_a_loop_of_its_own_and_a_toolbox_in_a_function() -> None:
    text = PROGRAM.replace("toolbox = base.Toolbox()", "").replace(
        "def main():", "def main():\n    toolbox = base.Toolbox()"
    )
    text = text.replace("algorithms.eaSimple(population, toolbox, CXPB, MUTPB, ngen=4)", "pass")
    text = text.replace("weights=(1.0,)", "weights=(1.0, -1.0)")
    script = read_script(text, "program.py")
    assert script.algorithm == "nsga2"
    assert script.algorithm_params == {"population": 30, "crossover": 0.5, "mutation": 0.2}
    assert script.objectives == 2
    assert any("the loop over generations" in line for line in script.left)


def test_the_built_package_has_the_workflow_from_the_same_files(tmp_path: Path) -> None:
    library = tmp_path / "lib"
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(library)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    shipped = library / "evosweep" / "shipped"
    for name in ("Snakefile", "workflow/rules/run.smk", "profiles/default/config.yaml"):
        assert (shipped / name).read_bytes() == (ROOT / name).read_bytes()
    assert (library / "snakemake_logger_plugin_evosweep" / "__init__.py").exists()
    code = "from evosweep.workflow.shipped import root; print(root())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(library)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(shipped)


SCRIPTS = Path(__file__).parent / "deap_scripts"
DIGEST = """
import sys
sys.path.insert(0, sys.argv[1])
from importlib import import_module
from evosweep.genomes.digest import population_digest
print(population_digest(import_module(sys.argv[2]).main()))
"""


def _study(script: str, folder: Path) -> dict[str, Any]:
    """The config of a study that was made from a script in `folder/config`."""
    assert cli.main(["init", str(folder), "--from", str(SCRIPTS / f"{script}.py")]) == 0
    return yaml.safe_load((folder / "config" / "experiment.yaml").read_text())


@pytest.mark.parametrize("script", ["strategy", "regression", "distribution"])
def test_a_script_of_another_kind_has_the_population_of_the_script(
    script: str, tmp_path: Path
) -> None:
    """The study's run of the script's own seed is what the script computes, to the bit."""
    config = _study(script, tmp_path / "study")
    spec = {
        "problem": config["problems"]["problem"],
        "algorithm": config["algorithms"]["algorithm"],
        "backend": {"use": "serial", "workers": 1},
        "seed": 1,
        "import_path": str(tmp_path / "study" / "config"),
    }
    words = ["run", "--spec", json.dumps(spec), "--out", str(tmp_path / "run")]
    subprocess.run(warm.evosweep(*words), check=True, capture_output=True)
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    plain = subprocess.run(
        [sys.executable, "-c", DIGEST, str(SCRIPTS), script],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert record["population_digest"] == plain.stdout.strip()


def test_a_loop_of_its_own_gives_its_numbers_and_comments_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _study("own_loop", tmp_path / "study")
    assert config["algorithms"]["algorithm"] == {
        "use": "ea_simple",
        "params": {"population": 12, "crossover": 0.6, "mutation": 0.3, "generations": 2},
    }
    assert "ea_simple of evosweep stands for it" in capsys.readouterr().out
    module = (tmp_path / "study" / "config" / "my_problem.py").read_text()
    assert "    return (sum(individual),)  # a tuple\n" in module
    assert '    # Ones and zeros.\n    toolbox.register("bit"' in module
    assert "indpb=indpb)" in module


@pytest.mark.parametrize("script", ["own_loop", "swarm"])
def test_a_study_of_a_script_with_a_loop_of_its_own_runs(
    script: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _study(script, tmp_path / "study")
    check = [sys.executable, "-m", "evosweep", "check", "config/experiment.yaml"]
    subprocess.run(check, cwd=tmp_path / "study", check=True, capture_output=True)
    place = tmp_path / "study" / "config" / "my_algorithm.py"
    assert place.exists() == (script == "swarm")
    if script == "swarm":
        out = capsys.readouterr().out
        assert "no algorithm of evosweep's fits a toolbox without mate, mutate, select" in out
        assert "#     swarm = toolbox.population(n=5)\n" in place.read_text()
