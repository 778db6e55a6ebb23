"""What is entered about the library beside the initiatives themselves."""

from pydantic import BaseModel, ConfigDict


class HiddenForm(BaseModel):
    """Whether an initiative is left out of plans made from now on."""

    model_config = ConfigDict(extra="forbid")

    hidden: bool
