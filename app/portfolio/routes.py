"""The portfolio, the page of an organisation, help."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.access import Permission, access_organization, role_in
from app.clock import now
from app.formats import long_day, plural
from app.organizations.queries import members_of, organizations_of, units_of
from app.portfolio.pages import (
    ClientRow,
    OrganizationPage,
    PortfolioPage,
    client_row,
    comparison_of,
    profile_words,
    wave_row,
)
from app.portfolio.queries import plans_of, waves_of
from app.results.queries import result_of
from app.web import CurrentUser, FormErrors, Link, Public, SessionDep, render, shell_for
from questionnaires.load import load_questionnaire, shipped
from scoring.results import AssessmentResult

router = APIRouter(include_in_schema=False)


@router.get("/")
def portfolio(request: Request, session: SessionDep, user: CurrentUser) -> HTMLResponse:
    found = organizations_of(session, user)
    ids = [organization.id for organization, _ in found]
    waves, plans = waves_of(session, ids), plans_of(session, ids)
    clients: list[ClientRow] = []
    measured: list[tuple[str, str, AssessmentResult]] = []
    for organization, role in found:
        mine = waves.get(organization.id, [])
        newest = wave_row(mine[0], plans.get(mine[0].assessment.id), role) if mine else None
        clients.append(client_row(organization, role, newest))
        snapshot = next((wave.snapshot for wave in mine if wave.snapshot), None)
        if snapshot and role == "consultant":
            measured.append((organization.name, f"/snapshots/{snapshot.id}", result_of(snapshot)))
    count = sum(row.wave is not None and row.wave.measured is not None for row in clients)
    answers = sum(row.wave.submitted for row in clients if row.wave)
    page = PortfolioPage(
        title=_title(len(clients), count),
        lead=f"{long_day(now())}. {plural(answers, 'response')} in {plural(len(clients), 'organisation')}.",
        clients=tuple(clients),
        comparison=comparison_of(measured),
        can_create=user.consultant or user.administrator,
    )
    return render(request, "portfolio/portfolio.html", shell=shell_for(request, crumbs=(Link("Portfolio"),)), page=page)


def _title(clients: int, measured: int) -> str:
    if not clients:
        return "No organisation yet"
    if clients == 1:
        return "Your organisation is measured" if measured else "Your organisation is not measured yet"
    return (
        f"{measured} of {clients} organisations measured" if measured else f"{clients} organisations, none measured yet"
    )


@router.get("/organizations/{organization_id}")
def organization(request: Request, session: SessionDep, user: CurrentUser, organization_id: str) -> HTMLResponse:
    found = access_organization(session, user, organization_id, Permission.VIEW)
    role = role_in(session, user, found.id) or ""
    manages = role == "consultant"
    plans = plans_of(session, [found.id])
    waves = waves_of(session, [found.id]).get(found.id, [])
    page = OrganizationPage(
        id=found.id,
        name=found.name,
        profile=profile_words(found),
        units=tuple((unit.name, unit.headcount) for unit in units_of(session, found)),
        waves=tuple(wave_row(wave, plans.get(wave.assessment.id), role) for wave in waves),
        members=tuple(members_of(session, found)) if manages else (),
        can_manage=manages,
        pooled_since=found.pooled_since,
        libraries=tuple(
            (f"/organizations/{found.id}/libraries/{name}", load_questionnaire(name).title) for name in shipped()
        ),
        errors=FormErrors(),
    )
    shell = shell_for(request, crumbs=(Link("Portfolio", "/"), Link(found.name)))
    return render(request, "portfolio/organization.html", shell=shell, page=page)


@router.get("/help", dependencies=[Public])
def help_page(request: Request) -> HTMLResponse:
    return render(request, "portfolio/help.html", shell=shell_for(request, crumbs=(Link("Help"),)))
