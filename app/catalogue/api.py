"""Questionnaires as JSON."""

from fastapi import APIRouter
from pydantic import BaseModel

from app.errors import NotFoundError
from app.web import CurrentUser, Problem
from questionnaires.load import load_questionnaire, shipped
from questionnaires.schema import Questionnaire

router = APIRouter(
    prefix="/api/v1/questionnaires",
    tags=["questionnaires"],
    responses={code: {"model": Problem} for code in (401, 404, 422)},
)


class LevelOut(BaseModel):
    id: str
    value: float
    name: str
    meaning: str


class OptionOut(BaseModel):
    id: str
    value: float
    text: str


class QuestionOut(BaseModel):
    id: str
    text: str
    help: str
    pulse: bool
    options: list[OptionOut]


class CapabilityOut(BaseModel):
    id: str
    name: str
    short: str
    description: str
    questions: list[QuestionOut]


class DimensionOut(BaseModel):
    id: str
    name: str
    description: str
    capabilities: list[CapabilityOut]


class OutcomeOut(BaseModel):
    id: str
    name: str
    text: str
    options: list[OptionOut]


class QuestionnaireSummary(BaseModel):
    id: str
    version: str
    title: str
    sha256: str


class QuestionnaireOut(QuestionnaireSummary):
    description: str
    language: str
    levels: list[LevelOut]
    dimensions: list[DimensionOut]
    outcomes: list[OutcomeOut]


def find(questionnaire_id: str, version: str) -> Questionnaire:
    """A shipped questionnaire, or `NotFoundError` that says what there is."""
    try:
        return load_questionnaire(questionnaire_id, version)
    except KeyError as error:
        raise NotFoundError(f"There is {error.args[0]}.") from None


@router.get("", summary="Questionnaires and their versions")
def list_questionnaires(_user: CurrentUser) -> list[QuestionnaireSummary]:
    return [
        QuestionnaireSummary.model_validate(load_questionnaire(name, version), from_attributes=True)
        for name, versions in shipped().items()
        for version in versions
    ]


@router.get("/{questionnaire_id}/{version}", summary="One version with all its questions")
def get_questionnaire(_user: CurrentUser, questionnaire_id: str, version: str) -> QuestionnaireOut:
    questionnaire = find(questionnaire_id, version)
    content = {
        **{name: getattr(questionnaire, name) for name in QuestionnaireOut.model_fields if name != "levels"},
        "levels": questionnaire.scale.levels,
    }
    return QuestionnaireOut.model_validate(content, from_attributes=True)
