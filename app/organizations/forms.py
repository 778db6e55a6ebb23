"""What is entered about an organisation and its units."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from app.organizations.profile import PROFILE


def _storable(text: str) -> str:
    """PostgreSQL holds no NUL."""
    if "\x00" in text:
        raise ValueError("The text holds a NUL character. Remove it.")
    return text


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_storable)]
UnitName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_storable)]


class OrganizationForm(BaseModel):
    """An organisation and the profile that picks its peers."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Name
    industry: str
    size: str
    region: str
    business_model: str
    operating_model: str
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217, such as EUR.")] = "EUR"

    @field_validator(*PROFILE)
    @classmethod
    def _known(cls, value: str, info: object) -> str:
        field = str(getattr(info, "field_name", ""))
        label, choices = PROFILE[field]
        if value not in choices:
            raise ValueError(f"Choose the {label.lower()} from the list: {', '.join(choices)}.")
        return value


class PoolingForm(BaseModel):
    """Whether the organisation's levels may go into future pooled editions."""

    model_config = ConfigDict(extra="forbid")

    agreed: bool


class UnitForm(BaseModel):
    """A unit; with head-counts, units weigh as many people as they have, not as many as answered."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: UnitName
    headcount: Annotated[int | None, Field(gt=0, le=1_000_000)] = None


class MemberForm(BaseModel):
    """A colleague's role in the organisation."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    email: Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_storable)]
    role: Annotated[str, Field(pattern="^(consultant|analyst|leader)$")]
