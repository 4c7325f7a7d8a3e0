"""Run folders for data frames: those of the comparison's tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "compare"))
