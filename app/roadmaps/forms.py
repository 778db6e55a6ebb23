"""What is entered for a plan or a what-if."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.roadmaps.limits import Limits

Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class PlanForm(BaseModel):
    """Limits of a plan; what is left out keeps its default. Money in thousands, effort in person-days per period."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] = ""
    periods: Annotated[int | None, Field(ge=1, le=20, description="Quarters.")] = None
    operating: Annotated[Amount | None, Field(description="Operating budget per quarter, thousand.")] = None
    capital_per_year: Annotated[Amount | None, Field(description="Capital per year, thousand.")] = None
    skills: Annotated[dict[str, Amount], Field(description="Person-days per quarter by skill.")] = {}
    carry_over: bool | None = None
    weights: dict[str, Annotated[float, Field(ge=0, le=5)]] = {}
    pins: dict[str, Annotated[int, Field(ge=0, le=19)]] = {}
    excludes: list[str] | None = None

    def limits(self, base: Limits) -> Limits:
        """``base`` with what was entered."""
        return Limits(
            starts_on=base.starts_on,
            periods=self.periods or base.periods,
            operating=base.operating if self.operating is None else self.operating,
            capital_per_year=base.capital_per_year if self.capital_per_year is None else self.capital_per_year,
            skills=base.skills | {skill: days for skill, days in self.skills.items() if skill in base.skills},
            carry_over=base.carry_over if self.carry_over is None else self.carry_over,
            weights=base.weights | self.weights,
            pins={**base.pins, **self.pins} if self.excludes is None else self.pins,
            excludes=base.excludes if self.excludes is None else tuple(self.excludes),
        )


class ItemForm(BaseModel):
    """What people decide about one initiative of a plan."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    owner: Annotated[str, Field(max_length=200)] = ""
    status: Annotated[str, Field(pattern="^(planned|started|done|stopped)$")] = "planned"
    note: Annotated[str, Field(max_length=2000)] = ""
