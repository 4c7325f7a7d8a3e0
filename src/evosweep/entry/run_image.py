"""What the image of one run starts: `evosweep`, with or without its name on the command line."""

import sys

from evosweep import cli


def main(argv: list[str]) -> int:
    """`docker run evosweep-run run ...` and `docker run evosweep-run evosweep run ...`."""
    return cli.main(argv[1:] if argv[:1] == ["evosweep"] else argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
