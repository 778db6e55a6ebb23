"""What pages and programs may send about mails. Unknown fields are refused."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.assessments.forms import Moment

By = Literal["mail", "links"]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WayForm(_Input):
    """How people get their links, and where answers to the mails go."""

    by: By
    reply_to: str = Field(default="", max_length=254)


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
