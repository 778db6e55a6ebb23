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
    wip: Annotated[int | None, Field(ge=0, le=1000, description="Most under way at once; 0 is no limit.")] = None
    weights: Annotated[dict[str, Annotated[float, Field(ge=0, le=5)]], Field(description="Importance.")] = {}
    targets: Annotated[dict[str, Annotated[float, Field(ge=0, le=100)]], Field(description="Target levels.")] = {}
    measured: Annotated[
        bool | None, Field(description="Count gains as far as five or more organisations have realised them.")
    ] = None
    pins: Annotated[
        dict[str, Annotated[int, Field(ge=0, le=19)]] | None,
        Field(description="All pins, initiative to start period; left out, the pins of the plan stay."),
    ] = None
    excludes: Annotated[
        list[str] | None, Field(description="All excluded initiatives; left out, those of the plan stay.")
    ] = None

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
            pins=base.pins if self.pins is None else self.pins,
            excludes=base.excludes if self.excludes is None else tuple(self.excludes),
            targets=base.targets | self.targets,
            wip=base.wip if self.wip is None else self.wip or None,
            measured=base.measured if self.measured is None else self.measured,
            standing=base.standing,
        )


class NameForm(BaseModel):
    """The name of a plan or a what-if."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
