"""How a page of the report finds its run in MLflow, without asking anything of the network.

A run's id in a database of MLflow follows from its outcome. The address does not: it is that of
`evosweep ui`, while that runs. So `evosweep ui` leaves a picture among the results, as wide as the
number of its port. A page that can load the picture links to the run.
"""

from pathlib import PurePosixPath

from evosweep.files.content_id import content_id

SIGN = PurePosixPath(".track", "ui.svg")
"""The picture's place in the folder of results."""


def outcome_id(experiment: str, folder: str, content: bytes) -> str:
    """The id in MLflow of a finished or failed run.

    Parameters
    ----------
    experiment
        The name of its experiment.
    folder
        The name of its folder.
    content
        The bytes of its receipt or of its failure.
    """
    return content_id(experiment, folder, content)


def sign(port: int) -> bytes:
    """The picture, for a UI on 127.0.0.1."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{port}" height="1"/>\n'.encode()
