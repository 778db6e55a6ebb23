"""The shape of the files: what each field may hold. Meaning across fields is checked in `checks`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$", max_length=100)]
Version = Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
Number = Annotated[float, Field(allow_inf_nan=False)]


class File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class LevelForm(File):
    id: Slug
    value: Number
    name: Text
    meaning: Text


class ScaleForm(File):
    levels: Annotated[list[LevelForm], Field(min_length=3, max_length=7)]


class SettingsForm(File):
    min_answered_share: Annotated[float, Field(gt=0, le=1)] = 0.5


class QuestionForm(File):
    id: Slug
    text: Text
    help: str = ""
    pulse: bool = False
    levels: dict[str, Text]


class CapabilityForm(File):
    id: Slug
    name: Text
    short: Annotated[str, Field(min_length=1, max_length=24)]
    description: Text
    questions: Annotated[list[QuestionForm], Field(min_length=1)]


class DimensionForm(File):
    id: Slug
    name: Text
    description: Text
    capabilities: Annotated[list[CapabilityForm], Field(min_length=1)]


class OptionForm(File):
    id: Slug
    value: Number
    text: Text


class OutcomeForm(File):
    id: Slug
    name: Text
    text: Text
    help: str = ""
    options: Annotated[list[OptionForm], Field(min_length=3, max_length=7)]


class ProfileOptionForm(File):
    id: Slug
    text: Text
    leader: bool = False


class ProfileForm(File):
    id: Slug
    text: Text
    options: Annotated[list[ProfileOptionForm], Field(min_length=2)]


class QuestionnaireForm(File):
    id: Slug
    version: Version
    title: Text
    description: Text
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
    scale: ScaleForm
    settings: SettingsForm = SettingsForm()
    dimensions: Annotated[list[DimensionForm], Field(min_length=1)]
    outcomes: list[OutcomeForm] = []
    profile: list[ProfileForm] = []


Pair = Annotated[list[Annotated[float, Field(ge=0, allow_inf_nan=False)]], Field(min_length=2, max_length=2)]


class MilestoneForm(File):
    at: Annotated[float, Field(gt=0, le=1)]
    text: Text


class MeasureForm(File):
    what: Text
    how: Text
    baseline: Text
    target: Text


class CostForm(File):
    operating: Pair
    capital: Pair


class RequiresForm(File):
    capabilities: dict[str, str] = {}
    initiatives: list[str] = []


class InitiativeForm(File):
    id: Slug
    capability: Slug
    from_: Annotated[str, Field(alias="from")]
    to: str
    title: Annotated[str, Field(min_length=1, max_length=48)]
    summary: Text
    monday: Text
    deliverables: Annotated[list[Text], Field(min_length=2, max_length=5)]
    milestones: Annotated[list[MilestoneForm], Field(min_length=2, max_length=4)]
    measure: MeasureForm
    effort: Annotated[dict[str, Pair], Field(min_length=1)]
    cost: CostForm
    duration: Pair
    requires: RequiresForm = RequiresForm()
    suppliers: list[Text] = []
    risks: Annotated[list[Text], Field(min_length=1, max_length=3)]
    quick_win: bool = False


class SkillForm(File):
    id: Slug
    name: Text


class StopForm(File):
    capability: Slug
    advice: Text


class LibraryForm(File):
    questionnaire: Slug
    version: Version
    currency_unit: Text
    skills: Annotated[list[SkillForm], Field(min_length=1)]
    initiatives: Annotated[list[InitiativeForm], Field(min_length=1, max_length=1000)]
    stop: list[StopForm] = []
