"""Read the `config:` of Snakemake's profile.

Snakemake uses either a profile's `config:` or `--config`, never both, and does not warn:
`--profile workflow/profiles/docker --config config=mine.yaml` would run without docker. So this
module reads the profile's keys, and `--config` overrides them.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from evosweep.config import yaml_subset
from evosweep.errors import InputError
from evosweep.files.opening import read_text


def config(argv: Sequence[str] | None = None) -> dict[str, object]:
    """Return the `config:` of the profile on Snakemake's command line; {} if there is none.

    Snakemake itself complains about a profile that cannot be read.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--profile", default=os.environ.get("SNAKEMAKE_PROFILE"))
    name = parser.parse_known_args(sys.argv[1:] if argv is None else argv)[0].profile
    if not name or name == "none":
        return {}
    from snakemake.cli import get_profile_dir

    try:
        _, file = get_profile_dir(name) or (None, None)
        settings = yaml_subset.value(read_text(file, yaml_subset.MAX_BYTES), name) if file else None
    except (OSError, InputError):
        return {}
    values = settings.get("config") if isinstance(settings, dict) else None
    return values if isinstance(values, dict) else {}
