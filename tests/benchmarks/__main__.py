"""`make bench`: every `bench_*.py` beside this file, one after the other; 1 where one fails."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run each in a process of its own, so that none sees what another left in memory."""
    failed = 0
    for program in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n## {program.stem}\n", flush=True)
        command = [sys.executable, str(program), *sys.argv[1:]]
        failed |= subprocess.run(command, check=False).returncode
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
