"""Pins every image of a compose file that comes from a registry by its digest there: `make pin`.

usage: pin_images.py [--check] [--engine ENGINE] COMPOSE_FILE

An image that is built here, such as `evosweep`, has no digest. `--check` changes nothing, and fails
where an image is not pinned.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

_IMAGE = re.compile(r"^(?P<before>\s*image:\s*)(?P<name>[\w.-]+/[\w./-]+:[\w.-]+)(?P<pin>@\S+)?$")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def main() -> int:
    """Pin or check; returns 1 if an image is not pinned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--engine", default="docker")
    parser.add_argument("file", type=Path)
    words = parser.parse_args()
    lines = words.file.read_text().splitlines()
    matches = {number: match for number, line in enumerate(lines) if (match := _IMAGE.match(line))}
    for number, match in matches.items():
        if words.check:
            if not _DIGEST.fullmatch((match["pin"] or "").removeprefix("@")):
                print(f"{words.file}:{number + 1}: {match['name']} is not pinned: call make pin")
                return 1
        elif (digest := _digest(words.engine, match["name"])) is None:
            print(f"{match['name']}: {words.engine} gets no digest of it from its registry")
            return 1
        else:
            lines[number] = f"{match['before']}{match['name']}@{digest}"
            print(lines[number].strip())
    words.file.write_text("\n".join(lines) + "\n")
    return 0


def _digest(engine: str, name: str) -> str | None:
    """Return what the registry calls the image, for all architectures; None: it does not answer."""
    ask = [engine, "image", "inspect", "--format", "{{index .RepoDigests 0}}", name]
    for command in ([engine, "pull", "--quiet", name], ask):
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            print(" ".join(answer.stderr.split())[-300:], file=sys.stderr)
            return None
    found = _DIGEST.search(answer.stdout)
    return found[0] if found else None


if __name__ == "__main__":
    sys.exit(main())
