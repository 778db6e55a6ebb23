"""What a respondent sends."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.clock import new_token
from app.errors import InvalidInputError
from app.responses.saving import AnswerInput
from app.web import clean_text

Text = Annotated[str, Field(max_length=4000)]


class RedeemForm(BaseModel):
    """The token of an invitation link."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=20, max_length=200)]


class AnswerForm(BaseModel):
    """One answer: an option id, or a status; with neither, only the comment is kept."""

    model_config = ConfigDict(extra="forbid")

    value: Annotated[str | None, Field(max_length=40, description="Id of the chosen option, such as l3.")] = None
    status: Literal["dont_know", "not_applicable", "unanswered"] | None = None
    reason: Annotated[str, Field(max_length=500, description="Why the question does not apply.")] = ""
    comment: Text = ""
    evidence_url: Annotated[str, Field(max_length=1000)] = ""
    mutation_id: Annotated[str, Field(min_length=1, max_length=64, description="Sent again, it changes nothing.")] = ""
    base_revision: Annotated[int, Field(ge=0, le=1_000_000, description="The revision this answer replaces.")] = 0

    @field_validator("reason", "comment", "evidence_url")
    @classmethod
    def _clean(cls, value: str) -> str:
        try:
            return clean_text(value)
        except InvalidInputError as error:
            raise ValueError(error.message) from None

    @field_validator("evidence_url")
    @classmethod
    def _address(cls, value: str) -> str:
        value = value.strip()
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("Start the link with https:// or http://")
        return value

    @model_validator(mode="after")
    def _one_of(self) -> "AnswerForm":
        if self.value is not None and self.status is not None:
            raise ValueError("Give either a value or a status, not both.")
        if self.value is None and self.status is None:
            self.status = "unanswered"
        if self.status != "not_applicable":
            self.reason = ""
        return self

    def answer(self, question_id: str) -> AnswerInput:
        return AnswerInput(
            question_id=question_id,
            status=self.status or "answered",
            option_id=self.value,
            reason=self.reason,
            comment=self.comment,
            evidence_url=self.evidence_url,
            mutation_id=self.mutation_id or new_token(),
            base_revision=self.base_revision,
        )
