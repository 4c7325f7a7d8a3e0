"""Puts the workflow's files into the package, so that `pip install` alone is enough to run it.

Where there is a C compiler, it builds the compiled core of `evosweep.fast`; the package does the
same without it.
"""

import os
import shutil
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

SHIPPED = ("Snakefile", "workflow", "profiles")
NATIVE = Path("src", "evosweep", "fast", "native")
CORE = Extension(
    "evosweep.fast._core",
    sources=sorted(map(str, NATIVE.glob("*.c"))),
    depends=[str(NATIVE / "core.h")],
    libraries=["m"],
    # Sums and products round one by one, as in Python; nothing tells in which folder it was built.
    extra_compile_args=["-std=c11", "-O3", "-g0", "-ffp-contract=off"],
    extra_link_args=["-Wl,--build-id=none"],
    py_limited_api=True,  # one build for all Pythons
    optional=True,
)


class BuildAnew(build_ext):
    """Leaves no core of an earlier version in a clone, should this build fail."""

    def run(self) -> None:
        """Build the core after the clone's last one is gone."""
        if self.inplace or self.editable_mode:
            for earlier in NATIVE.parent.glob("_core.*.so"):
                earlier.unlink()
        super().run()


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


setup(
    cmdclass={"build_ext": BuildAnew, "build_py": BuildWithWorkflow},
    # An index takes no wheel of one Linux only: `make package` builds it for all, without the core.
    ext_modules=[] if os.environ.get("EVOSWEEP_CORE") == "none" else [CORE],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)
