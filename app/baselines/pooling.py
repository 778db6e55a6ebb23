"""Pooled editions: a baseline of the organisations on this installation that agreed to it."""

import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pandas as pd
from sqlmodel import Session, col, select

from app.access import require_administrator
from app.baselines.actions import store_edition
from app.errors import ConflictError, InvalidInputError
from app.models import Assessment, BaselineEdition, Organization, PooledManifest, Snapshot, User
from app.tenancy import see_everything
from questionnaires.load import load_questionnaire, shipped
from questionnaires.schema import Questionnaire
from scoring.contributions import ABOUT_ORGANIZATION
from scoring.document import from_document
from scoring.editions import EditionError, parse_edition
from scoring.pooled import pool_edition
from scoring.results import CapabilityResult, Overall

SERIES = "pooled"


def build_pooled(session: Session, user: User, questionnaire_id: str, edition: str, *, at: datetime) -> BaselineEdition:
    """Pool the newest result of every organisation that agrees today, and store it as an edition.

    Raises `InvalidInputError` when fewer than five would be in it, or when subtracting an earlier edition would tell on
    fewer than five; `ConflictError` for an edition that exists.
    """
    require_administrator(user)
    see_everything(session)
    if questionnaire_id not in shipped():
        raise InvalidInputError(f"There is no questionnaire '{questionnaire_id}'; there is: {', '.join(shipped())}.")
    questionnaire = load_questionnaire(questionnaire_id)
    series = f"{SERIES}-{questionnaire.id}"
    before = _manifests(session, series)
    if edition in before:
        raise ConflictError(f"'{series}' already has an edition {edition}. Editions never change: give another label.")
    try:
        made = pool_edition(
            contributions(session, questionnaire),
            questionnaire,
            edition=edition,
            published_on=at.date(),
            series=series,
            earlier=list(before.values()),
        )
        parsed = parse_edition(made.content, made.provenance, questionnaire)
    except EditionError as error:
        raise InvalidInputError(f"No edition was built. {' '.join(error.problems[:3])}", field="edition") from None
    row = store_edition(session, parsed, made.content, made.provenance, user)
    session.add(PooledManifest(edition_id=row.id, manifest=made.manifest))
    session.flush()
    return row


def contributions(session: Session, questionnaire: Questionnaire) -> pd.DataFrame:
    """One row per agreeing organisation: its newest shown result. Columns as `scoring.contributions` wants them."""
    columns = [*ABOUT_ORGANIZATION, *(capability.id for capability in questionnaire.capabilities)]
    return pd.DataFrame(list(_contributions(session, questionnaire)), columns=columns)


def _contributions(session: Session, questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    rows = session.exec(
        select(Organization, Snapshot)
        .join(Snapshot, col(Snapshot.organization_id) == col(Organization.id))
        .join(
            Assessment,
            (col(Assessment.organization_id) == col(Snapshot.organization_id))
            & (col(Assessment.id) == col(Snapshot.assessment_id)),
        )
        .where(col(Organization.pooled_since).is_not(None), Assessment.questionnaire_id == questionnaire.id)
        .order_by(col(Organization.id), col(Snapshot.computed_at).desc(), col(Snapshot.id).desc())
    )
    known = {capability.id for capability in questionnaire.capabilities}
    done: set[str] = set()
    for organization, snapshot in rows:
        if organization.id in done:
            continue
        result = from_document(json.loads(zlib.decompress(snapshot.document)))
        if not isinstance(result.overall, Overall):
            continue
        done.add(organization.id)
        yield {
            "organization": organization.id,
            "industry": organization.industry,
            "size": organization.size,
            "measured_on": snapshot.computed_at.date().isoformat(),
            "responses": result.overall.n,
            **{
                one.id: one.estimate
                for one in result.capabilities
                if isinstance(one, CapabilityResult) and one.id in known
            },
        }


def _manifests(session: Session, series: str) -> dict[str, str]:
    """Edition → its manifest, oldest first."""
    rows = session.exec(
        select(BaselineEdition.edition, PooledManifest.manifest)
        .join(PooledManifest, col(PooledManifest.edition_id) == col(BaselineEdition.id))
        .where(BaselineEdition.baseline == series)
        .order_by(col(BaselineEdition.created_at), col(BaselineEdition.id))
    )
    return dict(rows.all())
