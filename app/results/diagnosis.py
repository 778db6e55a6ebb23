"""How well the questions of one result measure, and what goes with outcomes across organisations: for who writes and
weighs the questions, never on a leader's page."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from sqlmodel import Session, col, select

from app.access import Permission, organizations_where
from app.models import Assessment, Snapshot, User
from app.responses.queries import answers_matrix
from app.results.membership import fingerprints
from app.results.queries import Report
from app.results.releases import counted_in
from questionnaires.schema import Questionnaire
from scoring.diagnostics import questionnaire_reliability
from scoring.distributions import mean_of
from scoring.document import from_document
from scoring.drivers import MINIMUM_ORGANIZATIONS, MOST_PREDICTORS, Drivers, drivers
from scoring.reliability import Missing, Reliability
from scoring.results import Distribution, WithheldLevel

SEED = 1


@dataclass(frozen=True)
class OutcomeDrivers:
    """What goes with one outcome; ``refused`` says why there is nothing, where there is nothing."""

    outcome: str
    name: str
    found: Drivers | None
    refused: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """``reliability`` by id of dimension and capability, empty where ``refused`` says why."""

    missing: Missing
    reliability: Mapping[str, Reliability]
    refused: str
    drivers: tuple[OutcomeDrivers, ...]


def diagnose(session: Session, user: User, report: Report, missing: Missing) -> Diagnosis:
    """The diagnosis of a result, and of the outcomes of every organisation in which the reader may see one."""
    reliability, refused = _reliability(session, report, missing)
    return Diagnosis(missing, reliability, refused, _drivers(session, user, report.questionnaire))


def _reliability(session: Session, report: Report, missing: Missing) -> tuple[dict[str, Reliability], str]:
    """From the stored answers, as long as they are those of exactly the people whom the result counted: otherwise the
    numbers could be held against the result, and tell of who is missing."""
    if isinstance(report.result.overall, WithheldLevel):
        return {}, report.result.overall.sentence
    answers = answers_matrix(session, report.assessment, report.questionnaire)
    if set(fingerprints(answers.ids).tolist()) != set(counted_in(session, report.snapshot).tolist()):
        return {}, "Answers have come or gone since this result was computed. Open the newest result instead."
    found = questionnaire_reliability(report.questionnaire, answers.matrix, missing=missing, k=report.result.settings.k)
    hidden = {one.id for one in report.result.capabilities if isinstance(one, WithheldLevel)}
    hidden |= {one.id for one in report.questionnaire.dimensions if any(part.id in hidden for part in one.capabilities)}
    return {name: page for name, page in found.items() if name not in hidden}, ""


def _drivers(session: Session, user: User, questionnaire: Questionnaire) -> tuple[OutcomeDrivers, ...]:
    newest = _newest_results(session, user, questionnaire)
    if len(newest) < MINIMUM_ORGANIZATIONS:
        return tuple(OutcomeDrivers(one.id, one.name, None, _too_few(len(newest))) for one in questionnaire.outcomes)
    table = _table(session, newest, questionnaire)
    return tuple(_of_outcome(table, one.id, one.name, questionnaire) for one in questionnaire.outcomes)


def _newest_results(session: Session, user: User, questionnaire: Questionnaire) -> Sequence[str]:
    """The newest result with this major version of the questionnaire, of every organisation that the reader may
    diagnose."""
    statement = (
        select(Snapshot.organization_id, Snapshot.id, Assessment.questionnaire_version)
        .join(Assessment, col(Assessment.id) == col(Snapshot.assessment_id))
        .where(
            col(Snapshot.organization_id).in_(organizations_where(session, user, Permission.DIAGNOSE)),
            col(Assessment.questionnaire_id) == questionnaire.id,
        )
        .order_by(col(Assessment.wave), col(Snapshot.computed_at), col(Snapshot.id))
    )
    major = _major(questionnaire.version)
    rows = session.exec(statement).all()
    return list(
        {organization: snapshot for organization, snapshot, version in rows if _major(version) == major}.values()
    )


def _major(version: str) -> str:
    return version.split(".")[0]


def _table(session: Session, snapshots: Sequence[str], questionnaire: Questionnaire) -> pd.DataFrame:
    """One row per organisation: the level of every dimension and the mean of every outcome, NaN where not shown."""
    statement = select(Snapshot.id, Snapshot.document).where(col(Snapshot.id).in_(snapshots)).order_by(col(Snapshot.id))
    rows = {name: _row(name, document, questionnaire) for name, document in session.exec(statement)}
    columns = [*(one.id for one in questionnaire.dimensions), *(one.id for one in questionnaire.outcomes)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


@lru_cache(maxsize=5_000)
def _row(_snapshot: str, document: bytes, questionnaire: Questionnaire) -> tuple[float, ...]:
    result = from_document(json.loads(zlib.decompress(document)))
    levels = {one.id: getattr(one, "estimate", np.nan) for one in result.dimensions}
    asked = {one.id: one for one in questionnaire.outcomes}
    shown = {
        one.question: mean_of(asked[one.question], one)
        for one in result.outcomes
        if isinstance(one, Distribution) and one.question in asked
    }
    return (
        *(levels.get(one.id, np.nan) for one in questionnaire.dimensions),
        *(shown.get(one.id, np.nan) for one in questionnaire.outcomes),
    )


def _of_outcome(table: pd.DataFrame, outcome: str, name: str, questionnaire: Questionnaire) -> OutcomeDrivers:
    names = [one.id for one in questionnaire.dimensions]
    whole = table[[*names, outcome]].dropna()
    still = [column for column in whole if len(whole) and np.ptp(whole[column]) == 0]
    refused = ""
    if len(whole) < MINIMUM_ORGANIZATIONS:
        refused = _too_few(len(whole))
    elif still or len(names) > MOST_PREDICTORS:
        refused = "Nothing to divide: the outcome or a dimension is the same in every organisation."
        if len(names) > MOST_PREDICTORS:
            refused = f"The questionnaire has {len(names)} dimensions; shares are exact up to {MOST_PREDICTORS}."
    if refused:
        return OutcomeDrivers(outcome, name, None, refused)
    rows = tuple(table[[*names, outcome]].itertuples(index=True, name=None))
    return OutcomeDrivers(outcome, name, _divided(rows, tuple(names)))


@lru_cache(maxsize=64)
def _divided(rows: tuple[tuple[object, ...], ...], names: tuple[str, ...]) -> Drivers:
    """``rows`` : organisation, levels, outcome. The same organisations give the same shares: they are kept."""
    table = pd.DataFrame(rows, columns=["organization", *names, "outcome"]).set_index("organization")
    return drivers(table[list(names)], table["outcome"], seed=SEED)


def _too_few(n: int) -> str:
    where = "No organisation of yours has" if n == 0 else f"{n} of your organisations {'has' if n == 1 else 'have'}"
    return (
        f"{where} levels and this outcome to compare; from {MINIMUM_ORGANIZATIONS} on it can be said which dimensions go "
        "with it. Fewer would be noise."
    )
