"""What pages and programs may send about mails. Unknown fields are refused."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.assessments.forms import Moment
from app.assessments.people import PersonInput

By = Literal["mail", "links"]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WayForm(_Input):
    """How people get their links, and where answers to the mails go."""

    by: By
    reply_to: str = Field(default="", max_length=254)


class PersonForm(_Input):
    """A participant as corrected; unit, role and seniority stay where they are not sent."""

    name: str = Field(max_length=1000)
    email: str = Field(max_length=1000)
    unit_id: str | None = Field(default=None, max_length=36)
    role: str | None = Field(default=None, max_length=100)
    seniority: str | None = Field(default=None, max_length=100)

    def person(self) -> PersonInput:
        return PersonInput(**self.model_dump())


class RemindersForm(_Input):
    """The rounds that are planned; empty ones are left out."""

    remind_1: Moment = None
    remind_2: Moment = None
    remind_3: Moment = None

    @property
    def due(self) -> list[datetime]:
        return [when for when in (self.remind_1, self.remind_2, self.remind_3) if when is not None]


class WordingForm(_Input):
    """The words of one mail as typed; checked by the action, which knows the placeholders."""

    template: str = Field(max_length=60)
    subject: str = Field(default="", max_length=2000)
    body: str = Field(default="", max_length=20_000)
    then: str = ""
