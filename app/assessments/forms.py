"""What pages and programs may send about assessments. Unknown fields are refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.assessments.actions import GoalInput, StrategyInput, TargetInput, Terms
from app.assessments.roster import SYNONYMS
from app.errors import InvalidInputError
from app.web import FieldError, FormErrors, clean_text, parse_form
from questionnaires.schema import Questionnaire

BUSINESS_GOALS = 3
MARKETING_GOALS = 5
MOST_GOALS = 50

Anonymity = Literal["identified", "confidential", "anonymous"]


def _utc_minute(value: Any) -> Any:
    """What a date-and-time input sends (no zone: UTC); empty means none."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(f"'{value[:40]}' is no date and time. Write it like 2027-01-29T18:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _count(value: Any) -> Any:
    """A positive whole number as people type it; empty means unknown."""
    if not isinstance(value, str):
        return value
    text = value.strip().replace(",", "").replace("\N{THIN SPACE}", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10_000_000:
        raise ValueError(f"'{value[:40]}' is no head-count. Write a whole number above 0, or leave it empty.")
    return int(text)


def _text(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


Moment = Annotated[datetime | None, BeforeValidator(_utc_minute)]
Count = Annotated[int | None, BeforeValidator(_count)]
Name = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=200)]


class _Input(BaseModel):
    """Nothing unknown, and only text that both databases can hold."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: clean_text(value) if isinstance(value, str) else value for name, value in values.items()}


class QuestionnaireForm(_Input):
    """The first step: a name, the version (``id@version``) and the wave before."""

    name: Name
    questionnaire: str = Field(max_length=130)
    previous_id: str = Field(default="", max_length=36)

    @property
    def questionnaire_id(self) -> str:
        return self.questionnaire.partition("@")[0]

    @property
    def version(self) -> str | None:
        return self.questionnaire.partition("@")[2] or None


class NewUnitForm(_Input):
    """One more unit, beside the head-counts of the others."""

    unit_name: Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=100)]
    headcount: Count = None


def headcounts(values: Mapping[str, str]) -> dict[str, int | None]:
    """The fields ``headcount:unit-id``. Raises `InvalidInputError` naming the field."""
    found: dict[str, int | None] = {}
    for name, text in values.items():
        if name.startswith("headcount:"):
            try:
                found[name.removeprefix("headcount:")] = _count(text)
            except ValueError as error:
                raise InvalidInputError(str(error), field=name) from None
    return found


def column_mapping(values: Mapping[str, str]) -> dict[int, str] | None:
    """The fields ``map:0`` …: what each column of a table is; none: found by name."""
    found: dict[int, str] = {}
    for name, text in values.items():
        place = name.removeprefix("map:")
        if name.startswith("map:") and place.isdecimal() and len(place) < 4:
            if text and text not in SYNONYMS:
                raise InvalidInputError(f"'{text[:40]}' is no column. Choose one from the list.", field=name)
            found[int(place)] = text
    return found or None


class TermsForm(_Input):
    """The fourth step, as the page sends it."""

    name: Name
    previous_id: str = Field(default="", max_length=36)
    anonymity: Anonymity
    opens_at: Moment = None
    closes_at: Moment = None
    purpose: Annotated[str, BeforeValidator(_text)] = Field(default="", max_length=2000)
    min_group: int = Field(default=5, ge=1, le=100)
    show_profile: str = ""
    edition_id: str = Field(default="", max_length=36)
    by: Literal["mail", "links"] = "links"
    reply_to: Annotated[str, BeforeValidator(_text)] = Field(default="", max_length=254)
    remind_1: Moment = None
    remind_2: Moment = None
    remind_3: Moment = None

    @property
    def reminders(self) -> list[datetime]:
        """When people are reminded; never where links are handed out."""
        given = (self.remind_1, self.remind_2, self.remind_3)
        return [when for when in given if when is not None] if self.by == "mail" else []

    def terms(self) -> Terms:
        return Terms(
            name=self.name,
            anonymity=self.anonymity,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            purpose=self.purpose,
            min_group=self.min_group,
            show_profile=self.show_profile == "yes",
            edition_id=self.edition_id or None,
            previous_id=self.previous_id or None,
        )


def _required_minute(value: Any) -> Any:
    if not str(value).strip():
        raise ValueError("Choose the day and time of the new end.")
    return _utc_minute(value)


class ExtendForm(_Input):
    closes_at: Annotated[datetime, BeforeValidator(_required_minute)]


# --- strategy: one page of many fields -------------------------------------------------------------------------------


class _StrategyText(_Input):
    mandate: Annotated[str, BeforeValidator(_text)] = Field(default="", max_length=4000)
    key_initiatives: Annotated[str, BeforeValidator(_text)] = Field(default="", max_length=4000)
    headcount: Count = None
    skills: Annotated[str, BeforeValidator(_text)] = Field(default="", max_length=2000)
    time: Annotated[str, BeforeValidator(_text)] = Field(default="", max_length=2000)
    budget: Annotated[str, BeforeValidator(_text)] = Field(default="", max_length=2000)


STRATEGY_FIELDS = tuple(_StrategyText.model_fields)


def parse_strategy(values: Mapping[str, str]) -> tuple[StrategyInput, list[FieldError]]:
    """The upper half of the strategy page. Goal rows are ``business-0-text`` …, with ``-id`` of a stored goal and, for
    marketing goals, ``-serves`` naming a business row."""
    text, errors = parse_form(_StrategyText, {name: values.get(name, "") for name in STRATEGY_FIELDS})
    found = list(errors.items)
    keys = goal_keys(values)
    goals: list[GoalInput] = []
    for row in keys:
        goal = values.get(f"{row}-text", "").strip()
        if len(goal) > 500:
            found.append(FieldError(f"{row}-text", "Shorten the goal to at most 500 characters."))
        serves = keys.get(values.get(f"{row}-serves", ""), "")
        goals.append(GoalInput(keys[row], row.partition("-")[0], goal[:500], serves))
    given = text.model_dump() if text is not None else {}
    return StrategyInput(**given, goals=tuple(goals)), found


def goal_rows(values: Mapping[str, str], kind: str) -> list[str]:
    """The rows of goals on the page: a few empty ones, and as many as there are."""
    least = BUSINESS_GOALS if kind == "business" else MARKETING_GOALS
    filled = [n for n in range(MOST_GOALS) if values.get(f"{kind}-{n}-text")]
    return [f"{kind}-{n}" for n in range(max(least, filled[-1] + 2 if filled else 0))]


def goal_keys(values: Mapping[str, str]) -> dict[str, str]:
    """Row of the page → key of the goal: the id of a stored goal, else the row's own name."""
    rows = goal_rows(values, "business") + goal_rows(values, "marketing")
    return {row: values.get(f"{row}-id", "")[:36] or row for row in rows}


def parse_targets(
    questionnaire: Questionnaire, values: Mapping[str, str], goals: Mapping[str, str]
) -> tuple[list[TargetInput], list[FieldError]]:
    """The lower half: ``level:…``, ``importance:…``, ``reason:…`` and ``goal:…`` (a row of the page) per capability;
    ``goals`` maps rows to the ids that their goals were saved under."""
    targets: list[TargetInput] = []
    errors: list[FieldError] = []
    for capability in questionnaire.capabilities:
        level = _number(values.get(f"level:{capability.id}", ""))
        importance = _number(values.get(f"importance:{capability.id}", ""))
        reason = values.get(f"reason:{capability.id}", "").strip()
        if level is None:
            errors.append(FieldError(f"level:{capability.id}", f"{capability.name}: choose a target level."))
        if importance is None or not importance.is_integer():
            errors.append(FieldError(f"importance:{capability.id}", f"{capability.name}: choose an importance."))
        if not reason:
            text = f"{capability.name}: say why in a few words; the report quotes it."
            errors.append(FieldError(f"reason:{capability.id}", text))
        goal = goals.get(values.get(f"goal:{capability.id}", ""))
        targets.append(TargetInput(capability.id, level or 0.0, int(importance or 0), reason, goal))
    return targets, errors


def _number(text: str) -> float | None:
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if -1000 < number < 1000 else None


def as_errors(found: list[FieldError]) -> FormErrors:
    return FormErrors(tuple(found))


# --- programs --------------------------------------------------------------------------------------------------------


class AssessmentCreate(_Input):
    """A new draft."""

    name: Name
    questionnaire: str = Field(default="mops-core", max_length=100, description="Id of a shipped questionnaire.")
    version: str | None = Field(default=None, max_length=20, description="Newest when left out.")
    previous_id: str | None = Field(default=None, max_length=36, description="The wave before.")


class AssessmentPatch(_Input):
    """What may be changed: everything in a draft; after launch only a later ``closes_at``."""

    name: Name | None = None
    anonymity: Anonymity | None = None
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    purpose: str | None = Field(default=None, max_length=2000)
    min_group: int | None = Field(default=None, ge=3, le=100)
    show_profile: bool | None = None
    edition_id: str | None = Field(default=None, max_length=36)
    previous_id: str | None = Field(default=None, max_length=36)


class TargetIn(_Input):
    """One capability of the target profile."""

    capability: str = Field(max_length=100)
    target: float = Field(allow_inf_nan=False, description="A level of the questionnaire's scale, in steps of a half.")
    importance: int = Field(ge=1, le=5)
    reason: str = Field(default="", max_length=1000)
    goal_id: str | None = Field(default=None, max_length=36)


class TargetsIn(_Input):
    """The whole target profile; it replaces the one before."""

    targets: list[TargetIn] = Field(max_length=1000)


class GoalIn(_Input):
    """A goal. ``key`` names it in this request, or is the id of a stored one; ``serves`` is a business goal's key."""

    key: str = Field(min_length=1, max_length=36)
    kind: Literal["business", "marketing"]
    text: str = Field(min_length=1, max_length=500)
    serves: str = Field(default="", max_length=36)


class StrategyIn(_Input):
    """The strategy; it replaces the one before."""

    mandate: str = Field(default="", max_length=4000)
    key_initiatives: str = Field(default="", max_length=4000)
    headcount: int | None = Field(default=None, gt=0, lt=10_000_000)
    skills: str = Field(default="", max_length=2000)
    time: str = Field(default="", max_length=2000)
    budget: str = Field(default="", max_length=2000)
    goals: list[GoalIn] = Field(default_factory=list, max_length=50)

    def strategy(self) -> StrategyInput:
        given = self.model_dump(exclude={"goals"})
        return StrategyInput(**given, goals=tuple(GoalInput(x.key, x.kind, x.text, x.serves) for x in self.goals))


class ParticipantIn(_Input):
    """Somebody to ask; the e-mail address tells who is who."""

    name: str = Field(max_length=1000)
    email: str = Field(max_length=1000)
    unit: str = Field(max_length=1000)
    role: str = Field(max_length=1000)
    seniority: str = Field(default="", max_length=1000)
