"""What is entered about one initiative of a plan."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.roadmaps.forms import Amount

STATUSES = {"planned": "Planned", "started": "Started", "done": "Done", "stopped": "Dropped"}
MOST_MILESTONES = 30


class MilestoneForm(BaseModel):
    """One milestone as agreed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: Annotated[str, Field(min_length=1, max_length=300)]
    on: Annotated[date | None, Field(description="Day agreed; null: no day yet.")] = None
    done: bool = False


class ItemForm(BaseModel):
    """What people decide and know about one initiative of a plan; money in thousands."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    owner: Annotated[str, Field(max_length=200)] = ""
    status: Annotated[
        str, Field(pattern=f"^({'|'.join(STATUSES)})$", description="`stopped`: dropped, before or after its start.")
    ] = "planned"
    note: Annotated[str, Field(max_length=2000)] = ""
    planned_from: Annotated[date | None, Field(description="Start agreed, where it differs from the plan's.")] = None
    planned_to: Annotated[date | None, Field(description="End agreed or expected by now.")] = None
    started_on: date | None = None
    finished_on: date | None = None
    milestones: Annotated[
        list[MilestoneForm],
        Field(max_length=MOST_MILESTONES, description="Left out: those of the library, dated by the plan."),
    ] = []
    evidence: Annotated[str, Field(max_length=4000, description="What shows it: sentences and links.")] = ""
    effort: Annotated[dict[str, Amount], Field(description="Person-days spent so far by skill.")] = {}
    operating: Annotated[Amount | None, Field(description="Operating cost so far.")] = None
    capital: Annotated[Amount | None, Field(description="Capital spent so far.")] = None

    @model_validator(mode="after")
    def _dates_fit(self) -> Self:
        if self.planned_from and self.planned_to and self.planned_to < self.planned_from:
            raise ValueError("The planned end is before the planned start. Correct one of the two days.")
        if self.started_on and self.finished_on and self.finished_on < self.started_on:
            raise ValueError("It finished before it started. Correct one of the two days.")
        if self.status == "planned" and (self.started_on or self.finished_on):
            raise ValueError("It has an actual day but is only planned. Set its status, or take the day away.")
        if self.status == "started" and self.finished_on:
            raise ValueError("It has a day on which it finished. Set its status to done, or take the day away.")
        return self
