"""Snakemake's own report: the comparison, its tables, captions and categories are in it.

Snakemake's scripts for that page come from the network, so they are left out here: what is tested
is what evosweep puts into it.
"""

import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
from workspace import Workspace

WITHOUT_SCRIPTS = """
import sys
from snakemake.assets import Assets
Assets.get_content = classmethod(lambda cls, path: "")
Assets.get_version = classmethod(lambda cls, path: "0")
from snakemake.cli import main
main(sys.argv[1:])
"""


@pytest.mark.timeout(1800)
def test_the_comparison_is_in_snakemakes_report(workspace: Workspace) -> None:
    process = workspace.start("--until", "compare")
    output, _ = process.communicate()
    assert process.returncode == 0, output
    subprocess.run(
        [sys.executable, "-c", WITHOUT_SCRIPTS, "--until", "compare", "--report", "report.zip"],
        cwd=workspace.folder,
        env=os.environ | {"PATH": "/usr/bin:/bin"},
        check=True,
        capture_output=True,
    )
    made = workspace.folder / "results" / "study" / "comparison"
    with zipfile.ZipFile(workspace.folder / "report.zip") as archive:
        page = archive.read("report/report.html").decode()
        raw = [name for name in archive.namelist() if "/raw/" in name]
        held = {name.rsplit("/", 1)[-1]: archive.read(name) for name in raw}
    assert held == {
        name: (made / name).read_bytes() for name in ("report.html", "summary.csv", "agreement.csv")
    }
    found = re.search(r"var categories = (\{.*\})", page)
    assert found
    assert set(json.loads(found[1])) >= {"Comparison", "Tables"}
    assert "a summary in plain words" in page
    assert "Runs that differ in nothing but the backend" in page
    assert "wall time in seconds" in page
