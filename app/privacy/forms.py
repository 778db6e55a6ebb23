"""What the privacy pages and their API take."""

from pydantic import BaseModel, ConfigDict, Field


class RetentionForm(BaseModel):
    """Months after the close of an assessment; null: until somebody erases."""

    model_config = ConfigDict(extra="forbid")

    months: int | None = Field(default=None, ge=1, le=120)


class ReceiptForm(BaseModel):
    """A receipt code, however it was typed."""

    model_config = ConfigDict(extra="forbid")

    receipt_code: str = Field(min_length=1, max_length=60)
