"""Create and change organisations, their units and their members."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from app.access import require_consultant
from app.accounts.actions import grant
from app.accounts.factors import demand_now
from app.accounts.links import invite
from app.audit.actions import record
from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Assessment, AssessmentUnit, Membership, Organization, Participant, Unit, User
from app.organizations.forms import MemberForm, OrganizationForm, UnitForm
from app.tenancy import see_also


def create_organization(session: Session, user: User, form: OrganizationForm, *, at: datetime) -> Organization:
    """A new client; whoever creates it becomes its consultant."""
    require_consultant(user)
    organization = Organization(**form.model_dump(), created_at=at, updated_at=at)
    see_also(session, organization.id)
    session.add(organization)
    session.flush()
    record(session, "organization.created", organization_id=organization.id)
    grant(session, user, organization.id, "consultant", arrived_at=at)
    return organization


def update_organization(session: Session, organization: Organization, form: OrganizationForm, *, at: datetime) -> None:
    """Change the profile. Launched assessments keep the profile they were launched with."""
    organization.sqlmodel_update(form.model_dump())
    record(session, "organization.changed", organization_id=organization.id)
    organization.updated_at = at
    organization.revision += 1
    session.add(organization)
    session.flush()


def agree_to_pool(session: Session, organization: Organization, *, agreed: bool, at: datetime) -> None:
    """Opt in to future pooled editions, or out of them. Editions that exist never change."""
    if agreed == (organization.pooled_since is not None):
        return
    organization.pooled_since = at if agreed else None
    record(
        session,
        "organization.pooling_agreed" if agreed else "organization.pooling_withdrawn",
        organization_id=organization.id,
    )
    organization.updated_at = at
    organization.revision += 1
    session.add(organization)
    session.flush()


def delete_organization(session: Session, organization: Organization) -> None:
    """Delete an organisation and everything it owns; refused while an assessment is open."""
    still_open = session.exec(
        select(Assessment.name).where(Assessment.organization_id == organization.id, Assessment.status == "open")
    ).first()
    if still_open:
        raise ConflictError(f"'{still_open}' is still open. Close it before you delete the organisation.")
    # First what names units, which nothing may outlive.
    session.execute(delete(Assessment).where(col(Assessment.organization_id) == organization.id))
    session.execute(delete(Organization).where(col(Organization.id) == organization.id))
    record(session, "organization.deleted", organization_id=organization.id)


def add_unit(session: Session, organization: Organization, form: UnitForm) -> Unit:
    """A new unit at the end of the list. Raises `InvalidInputError` for a name in use."""
    if find_unit(session, organization, form.name):
        raise InvalidInputError(f"There is already a unit '{form.name}'.")
    position = session.exec(select(func.count()).where(Unit.organization_id == organization.id)).one()
    unit = Unit(organization_id=organization.id, name=form.name, headcount=form.headcount, position=position)
    session.add(unit)
    session.flush()
    return unit


def find_unit(session: Session, organization: Organization, name: str) -> Unit | None:
    """A unit by name, whatever its capitals."""
    statement = select(Unit).where(
        Unit.organization_id == organization.id, func.lower(Unit.name) == name.strip().lower()
    )
    return session.exec(statement).first()


def save_units(session: Session, organization: Organization, forms: Sequence[UnitForm]) -> None:
    """Make the units what the list says: new ones are added, named ones changed, others removed unless in use."""
    wanted = {form.name.lower(): form for form in forms}
    if len(wanted) < len(forms):
        raise InvalidInputError("Two units have the same name. Give each its own.")
    present = session.exec(select(Unit).where(Unit.organization_id == organization.id)).all()
    used, launched = (
        set(session.exec(select(table.unit_id).where(table.organization_id == organization.id).distinct()).all())
        for table in (Participant, AssessmentUnit)
    )
    for unit in present:
        form = wanted.get(unit.name.lower())
        if form is not None:
            unit.name, unit.headcount = form.name, form.headcount
            session.add(unit)
        elif unit.id in used:
            raise ConflictError(f"People are invited from '{unit.name}', so it cannot be removed.")
        elif unit.id in launched:
            raise ConflictError(f"'{unit.name}' was there when an assessment was launched, so it cannot be removed.")
        else:
            session.delete(unit)
    known = {unit.name.lower() for unit in present}
    for name, form in wanted.items():
        if name not in known:
            add_unit(session, organization, form)
    session.flush()
    record(session, "organization.units_saved", organization_id=organization.id, units=len(forms))


def set_member(session: Session, organization: Organization, inviter: User, form: MemberForm, *, at: datetime) -> User:
    """Give a colleague a role in the organisation, and tell them by mail; who has no account yet is invited to one."""
    user = invite(session, inviter, form.email, at=at, organization=organization, role=form.role)
    _keep_a_consultant(session, organization, user, form.role)
    grant(session, user, organization.id, form.role)
    demand_now(session, user)
    return user


def remove_member(session: Session, organization: Organization, user_id: str) -> None:
    """Take a membership away; it counts from the next request on."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError("There is no such member.")
    _keep_a_consultant(session, organization, user, None)
    session.execute(
        delete(Membership).where(col(Membership.organization_id) == organization.id, col(Membership.user_id) == user_id)
    )
    record(session, "organization.member_removed", organization_id=organization.id, subject=f"user:{user_id}")


def _keep_a_consultant(session: Session, organization: Organization, user: User, role: str | None) -> None:
    consultants = session.exec(
        select(Membership.user_id).where(Membership.organization_id == organization.id, Membership.role == "consultant")
    ).all()
    if role != "consultant" and list(consultants) == [user.id]:
        raise ConflictError("The last consultant of an organisation cannot leave it. Add another one first.")
