"""One participant: corrected on a page of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.access import Permission, access_assessment
from app.assessments.pages import Choice, Typed, crumbs_of, tabs_of
from app.assessments.people import change_participant, invitation_of, may_be_moved
from app.assessments.queries import organization_of, organization_units, participant_of, questionnaire_of
from app.assessments.roster import short_label
from app.clock import now
from app.errors import InvalidInputError
from app.inviting.forms import PersonForm
from app.models import Assessment, Participant
from app.web import (
    CurrentUser,
    FieldError,
    FormErrors,
    SessionDep,
    UserForm,
    fields,
    parse_form,
    redirect,
    render,
    shell_for,
)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class PersonPage:
    """``fixed``: why unit, role and seniority can no longer change; empty while they can."""

    name: str
    action: str
    back: str
    values: Typed
    units: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    seniorities: tuple[Choice, ...]
    fixed: str
    errors: FormErrors


def person_page(
    session: Session,
    assessment: Assessment,
    participant: Participant,
    values: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
) -> PersonPage:
    options = {
        question.id: tuple(Choice(option.id, short_label(option.text)) for option in question.options)
        for question in questionnaire_of(assessment).profile
    }
    stored = participant.model_dump(include={"name", "email", "unit_id", "role", "seniority"})
    fixed = ""
    if not may_be_moved(assessment, invitation_of(session, participant, lock=False)):
        fixed = (
            "In an anonymous assessment unit, role and seniority stay as they were at the launch."
            if assessment.anonymity == "anonymous"
            else "The answers have been begun, and carry unit, role and seniority as they were."
        )
    base = f"/assessments/{assessment.id}"
    return PersonPage(
        participant.name,
        f"{base}/participants/{participant.id}/edit",
        f"{base}/setup/participants#people",
        Typed({**stored, **(values or {})}),
        tuple(Choice(unit.id, unit.name) for unit in organization_units(session, assessment.organization_id)),
        options.get("profile.role", ()),
        options.get("profile.seniority", ()),
        fixed,
        errors or FormErrors(),
    )


def _show(request: Request, session: Session, assessment: Assessment, page: PersonPage) -> HTMLResponse:
    crumbs = crumbs_of(organization_of(session, assessment), assessment.name)
    shell = shell_for(request, crumbs=crumbs, tabs=tabs_of(assessment, "participants"))
    return render(request, "inviting/person.html", status=422 if page.errors else 200, shell=shell, page=page)


@router.get("/assessments/{assessment_id}/participants/{participant_id}/edit")
def person(
    request: Request, session: SessionDep, user: CurrentUser, assessment_id: str, participant_id: str
) -> HTMLResponse:
    assessment = access_assessment(session, user, assessment_id, Permission.MANAGE)
    participant = participant_of(session, assessment, participant_id)
    return _show(request, session, assessment, person_page(session, assessment, participant))


@router.post("/assessments/{assessment_id}/participants/{participant_id}/edit")
def post_person(
    request: Request, session: SessionDep, user: CurrentUser, form: UserForm, assessment_id: str, participant_id: str
) -> Response:
    assessment = access_assessment(session, user, assessment_id, Permission.MANAGE)
    participant = participant_of(session, assessment, participant_id)
    values = fields(form)
    given, errors = parse_form(PersonForm, values)
    if given is not None:
        try:
            change_participant(session, assessment, participant_id, given.person(), at=now())
            return redirect(f"/assessments/{assessment.id}/setup/participants#people")
        except InvalidInputError as error:
            session.rollback()
            errors = FormErrors((FieldError(str(error.extra.get("field", "name")), error.message),))
    return _show(request, session, assessment, person_page(session, assessment, participant, values, errors))
