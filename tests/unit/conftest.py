"""What the tests of several modules share."""

import pytest

from evosweep.fast import core


@pytest.fixture(params=["compiled core", "no core"])
def _both_cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test twice: as installed, and as without a C compiler."""
    if request.param == "no core":
        monkeypatch.setattr(core, "core", None)
