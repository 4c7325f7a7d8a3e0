"""Stages of seeds as files note them, which anybody may have written."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evosweep.config.stages import Spending, Stages

Count = Annotated[int, Field(ge=1, lt=2**32)]


class StagesNote(BaseModel):
    """After how many seeds to look, and what for."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    first: Annotated[int, Field(ge=0, lt=2**32)]
    looks: Annotated[tuple[Count, ...], Field(min_length=1, max_length=20)]
    spending: Spending
    precision: Annotated[float, Field(gt=0, lt=0.5)] | None = None

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if any(before >= after for before, after in pairwise(self.looks)):
            raise ValueError("looks should ascend")
        return self

    @property
    def stages(self) -> Stages:
        """Return the stages that these are."""
        return Stages(self.first, self.looks, self.spending, self.precision)


class Reached(StagesNote):
    """How far the stages of one comparison have come."""

    stage: Annotated[int, Field(ge=1, le=20)]
    is_decided: bool
    """Whether its look has found that it is enough."""

    @property
    def is_over(self) -> bool:
        """Return True if no stage follows."""
        return self.is_decided or self.stage >= len(self.looks)

    @property
    def seeds(self) -> int:
        """Return how many seeds are asked for by now."""
        return self.looks[min(self.stage, len(self.looks)) - 1]
