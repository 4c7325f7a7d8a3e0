"""The entry point of the run image: `evosweep`, with or without its name on the command line."""

import sys

from evosweep import cli


def main(argv: list[str]) -> int:
    """Run `run ...` and `evosweep run ...` alike; returns the exit code."""
    return cli.main(argv[1:] if argv[:1] == ["evosweep"] else argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
