"""Participants from a paste, a file or a program: all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from app.assessments.invitations import invite
from app.assessments.queries import as_launched, organization_units, questionnaire_of
from app.assessments.roster import (
    COLUMNS,
    Column,
    RawRow,
    RosterRow,
    RowProblem,
    Table,
    check_rows,
    choices_of,
    read_table,
)
from app.audit.actions import record
from app.clock import now
from app.errors import ConflictError
from app.formats import plural
from app.models import Assessment, AssessmentUnit, Participant, Unit


@dataclass(frozen=True)
class RowResult:
    """What became of one row: ``added``, ``updated``, ``unchanged``, or ``kept`` (after launch nobody is moved)."""

    row: int
    email: str
    result: str


@dataclass(frozen=True)
class ImportOutcome:
    """Either ``problems`` and nothing was imported, or one result per row."""

    rows: tuple[RowResult, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    created_units: tuple[str, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    """What each column was taken for, of a table."""
    people: tuple[RosterRow, ...] = ()

    def count(self, result: str) -> int:
        return sum(row.result == result for row in self.rows)

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        if self.problems:
            rows = len({problem.row for problem in self.problems})
            return f"Nothing was imported: {plural(rows, 'row')} cannot be used. Mend them and send the list again."
        parts = [
            plural(self.count("added"), "person", "people") + " added",
            f"{self.count('updated')} updated" if self.count("updated") else "",
            f"{self.count('unchanged')} already there" if self.count("unchanged") else "",
            f"{self.count('kept')} invited before and left as they are" if self.count("kept") else "",
        ]
        units = ", ".join(self.created_units)
        made = f" New {'unit' if len(self.created_units) == 1 else 'units'}: {units}." if units else ""
        ignored = f" Columns not used: {', '.join(self.ignored_columns)}." if self.ignored_columns else ""
        return f"{', '.join(part for part in parts if part)}.{made}{ignored}"


def import_participants(
    session: Session,
    assessment: Assessment,
    given: str | Sequence[Mapping[str, str]],
    *,
    at: datetime | None = None,
    mapping: Mapping[int, str] | None = None,
) -> ImportOutcome:
    """Add the people of a table (text) or list of rows; the e-mail address tells who is who.

    Before launch, somebody already there is updated. After launch, people who are new are invited at once and those
    already invited stay as they are. Units that do not exist are created and named in the outcome. ``mapping``: see
    `read_table`.
    """
    if assessment.status == "closed":
        raise ConflictError("The assessment has closed, so nobody can be added. Start a new wave to ask again.")
    table = read_table(given, mapping) if isinstance(given, str) else _listed(given)
    if table.problems:
        return ImportOutcome(problems=table.problems, columns=table.columns)
    questionnaire = questionnaire_of(assessment)
    rows, problems = check_rows(
        table.rows, choices_of(questionnaire, "profile.role"), choices_of(questionnaire, "profile.seniority")
    )
    if problems:
        return ImportOutcome(problems=problems, columns=table.columns)
    if not rows:
        return ImportOutcome(problems=(RowProblem(2, "", "", "There is a heading but nobody under it. Add rows."),))
    there = _participants(session, assessment)
    # After launch nobody is moved, so only the units of people who are new matter.
    placed = rows if assessment.status == "draft" else tuple(row for row in rows if row.email not in there)
    units, created = _units(session, assessment, placed)
    results = _store(session, assessment, rows, there, units, at or now())
    outcome = ImportOutcome(results, (), created, table.ignored, table.columns, rows)
    record(
        session,
        "participants.imported",
        organization_id=assessment.organization_id,
        subject=f"assessment:{assessment.id}",
        added=outcome.count("added"),
        updated=outcome.count("updated"),
    )
    return outcome


def _participants(session: Session, assessment: Assessment) -> dict[str, Participant]:
    statement = select(Participant).where(
        Participant.organization_id == assessment.organization_id, Participant.assessment_id == assessment.id
    )
    return {participant.email: participant for participant in session.exec(statement).all()}


def _listed(given: Sequence[Mapping[str, str]]) -> Table:
    return Table(tuple(RawRow(n, {k: v for k, v in row.items() if k in COLUMNS}) for n, row in enumerate(given, 1)))


def _units(
    session: Session, assessment: Assessment, rows: Sequence[RosterRow]
) -> tuple[dict[str, str], tuple[str, ...]]:
    units = organization_units(session, assessment.organization_id)
    ids = {unit.name.casefold(): unit.id for unit in units}
    position = max((unit.position for unit in units), default=-1)
    new: dict[str, Unit] = {}
    for row in rows:
        key = row.unit.casefold()
        if key not in ids and key not in new:
            position += 1
            new[key] = Unit(organization_id=assessment.organization_id, name=row.unit, position=position)
    session.add_all(new.values())
    session.flush()
    ids |= {key: unit.id for key, unit in new.items()}
    if assessment.status == "open":
        launch_units(session, assessment, {ids[row.unit.casefold()] for row in rows})
    return ids, tuple(unit.name for unit in new.values())


def launch_units(session: Session, assessment: Assessment, unit_ids: set[str]) -> None:
    """Let an open assessment know units that somebody is in now."""
    known = set(
        session.exec(
            select(AssessmentUnit.unit_id).where(
                AssessmentUnit.organization_id == assessment.organization_id,
                AssessmentUnit.assessment_id == assessment.id,
            )
        ).all()
    )
    for unit in organization_units(session, assessment.organization_id):
        if unit.id in unit_ids - known:
            session.add(as_launched(assessment, unit))
    session.flush()


def _store(
    session: Session,
    assessment: Assessment,
    rows: Sequence[RosterRow],
    there: Mapping[str, Participant],
    units: Mapping[str, str],
    at: datetime,
) -> tuple[RowResult, ...]:
    results: list[RowResult] = []
    new: list[Participant] = []
    for row in rows:
        unit_id = units.get(row.unit.casefold(), "")
        known = there.get(row.email)
        if known is None:
            new.append(_participant(assessment, row, unit_id))
            results.append(RowResult(row.number, row.email, "added"))
        else:
            results.append(RowResult(row.number, row.email, _update(session, assessment, known, row, unit_id)))
    session.add_all(new)
    session.flush()
    if assessment.status == "open":
        invite(session, assessment, new, at=at)
    return tuple(results)


def _participant(assessment: Assessment, row: RosterRow, unit_id: str) -> Participant:
    return Participant(
        organization_id=assessment.organization_id,
        assessment_id=assessment.id,
        name=row.name,
        email=row.email,
        unit_id=unit_id,
        role=row.role,
        seniority=row.seniority,
    )


def _update(session: Session, assessment: Assessment, known: Participant, row: RosterRow, unit_id: str) -> str:
    given = (row.name, unit_id, row.role, row.seniority)
    if given == (known.name, known.unit_id, known.role, known.seniority):
        return "unchanged"
    if assessment.status != "draft":
        return "kept"
    known.name, known.unit_id, known.role, known.seniority = given
    session.add(known)
    return "updated"
