"""What is said about a subject."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.web import clean_text

SubjectKind = Literal["capability", "initiative", "roadmap"]


def _said(text: str) -> str:
    """Lines may be empty between others; a remark may not."""
    if not (plain := clean_text(text).strip()):
        raise ValueError("Enter this; it cannot be empty.")
    return plain


Text = Annotated[str, Field(max_length=2000), AfterValidator(_said)]


class RemarkForm(BaseModel):
    """A new remark. ``subject_id``: a capability or an initiative; empty for the roadmap as a whole."""

    model_config = ConfigDict(extra="forbid")

    subject: SubjectKind
    subject_id: Annotated[str, Field(max_length=100)] = ""
    text: Text


class TextForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Text


class ResolutionForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resolved: bool
