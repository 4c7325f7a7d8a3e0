"""Puts the workflow's files into the package, so that `pip install` alone is enough to run it."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("Snakefile", "workflow", "profiles")


class BuildWithWorkflow(build_py):
    """Copies the Snakefile, the rules and the profiles to `evosweep/shipped/`."""

    def run(self) -> None:
        """Build the package, then add the files."""
        super().run()
        if self.editable_mode:  # a clone has them where they are
            return
        target = Path(self.build_lib) / "evosweep" / "shipped"
        for name in SHIPPED:
            source = Path(__file__).parent / name
            if source.is_dir():
                shutil.copytree(source, target / name, dirs_exist_ok=True)
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target / name)


setup(cmdclass={"build_py": BuildWithWorkflow})
