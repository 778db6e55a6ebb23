"""Questionnaires: browse and read one as a respondent would."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.catalogue.api import find
from app.web import CurrentUser, Link, render, shell_for
from questionnaires.load import load_questionnaire, shipped
from questionnaires.schema import Questionnaire

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class QuestionnairesPage:
    questionnaires: tuple[Questionnaire, ...]


@router.get("/questionnaires")
def questionnaires(request: Request, _user: CurrentUser) -> HTMLResponse:
    found = tuple(load_questionnaire(name, version) for name, versions in shipped().items() for version in versions)
    shell = shell_for(request, crumbs=(Link("Questionnaires"),))
    return render(request, "catalogue/list.html", shell=shell, page=QuestionnairesPage(found))


@router.get("/questionnaires/{questionnaire_id}/{version}")
def questionnaire(request: Request, _user: CurrentUser, questionnaire_id: str, version: str) -> HTMLResponse:
    page = find(questionnaire_id, version)
    shell = shell_for(request, crumbs=(Link("Questionnaires", "/questionnaires"), Link(f"{page.id} {page.version}")))
    return render(request, "catalogue/questionnaire.html", shell=shell, page=page)
