"""Build a pooled edition from contributions, build it again from its manifest, and leave our own part out of it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from questionnaires.schema import Questionnaire
from scoring.contributions import ABOUT_ORGANIZATION, SEGMENTED_BY, checked_contributions
from scoring.editions import Edition, EditionError
from scoring.pooled.files import Name, PooledEdition, Told, sha256, written
from scoring.pooled.sets import DECIMALS, numbered, printed_levels, told_values
from scoring.pooled.succession import standing, told_beside
from scoring.results import SCORING_VERSION


def pool_edition(
    contributions: pd.DataFrame,
    questionnaire: Questionnaire,
    *,
    edition: str,
    published_on: date,
    series: str = "pooled",
    earlier: Sequence[str] = (),
) -> PooledEdition:
    """Build an edition from the organisations that agree to be pooled today.

    contributions : one row per organisation, in any order, with the columns of ``checked_contributions``: organization
    (an opaque key), industry, size, measured_on, responses, and the level of each capability (NaN = not measured or
    not shown); ``series`` and ``edition`` name the series and this edition of it; ``earlier`` : the manifests of the
    series' earlier editions

    A set of organisations, and each column inside it, needs at least 5 organisations of which none has more than 25% of
    the responses; while the largest has more, it moves to the next wider set, and a value of it is left out of the
    column. An organisation with more than 25% of all responses is left out of the edition. What goes, comes and stays
    between an earlier edition and this one is nobody or at least 5 organisations (``scoring.pooled.succession``).
    Raises ``EditionError`` when a contribution is wrong, fewer than 5 organisations are left, or fewer than 5 have
    changed. Source: minimum frequency and dominance rules, Hundepool et al. (2012), Statistical Disclosure Control,
    §4.2; local suppression to k-anonymity, Sweeney (2002), IJUFKS 10, 571–588.
    """
    table = checked_contributions(contributions, questionnaire)
    measured = table.drop(columns=list(ABOUT_ORGANIZATION)).notna().any(axis=1).to_numpy()
    told = told_beside(table, printed_levels(table, questionnaire), measured, [standing(one) for one in earlier])
    name = Name(series, edition, published_on, tuple(sha256(one) for one in earlier))
    return written(name, questionnaire, table, told)


def rebuild_pooled(manifest: str, questionnaire: Questionnaire) -> PooledEdition:
    """The edition that a manifest describes, the same bytes; ``EditionError`` where they come out otherwise."""
    try:
        given = json.loads(manifest)
        entries = sorted(given["contributions"], key=lambda one: one["organization"])
        rows = [{**{name: one[name] for name in ABOUT_ORGANIZATION}, **one["levels"]} for one in entries]
        name = Name(given["id"], given["edition"], date.fromisoformat(given["published_on"]), tuple(given["earlier"]))
        digests = {"content": given["content_sha256"], "provenance": given["provenance_sha256"]}
        table = checked_contributions(pd.DataFrame(rows), questionnaire)
        levels = printed_levels(table, questionnaire)
        sets = np.array([numbered(one["told"]) for one in entries])
        values = np.array([[column in one["counted"] for column in levels.columns] for one in entries])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, EditionError):
            raise
        raise EditionError([f"manifest: cannot be read ({error!r}): give the file as it was written"]) from None
    made = written(name, questionnaire, table, Told(levels, sets, values))
    unsafe = values & ~told_values(levels, sets, table["responses"].to_numpy())
    if unsafe.any() or any(sha256(getattr(made, part)) != digest for part, digest in digests.items()):
        problem = (
            "manifest: what it holds does not make the edition whose digests it names: it was edited, or written by another "
            f"scoring version ({given.get('scoring_version')}, this is {SCORING_VERSION})"
        )
        raise EditionError([problem])
    return made


def without_own(edition: Edition, manifest: str, organization: str) -> Edition:
    """The edition without what one organisation brought, for its own comparison; unchanged where it brought nothing.

    organization : its key in the contributions. In its set, the value it brought leaves each column.
    """
    entry = next((one for one in json.loads(manifest)["contributions"] if one["organization"] == organization), None)
    if entry is None or entry["told"] is None:
        return edition
    member = np.ones(edition.n, dtype=bool)
    for name in SEGMENTED_BY:
        member &= (edition.segments[name] == entry["told"].get(name, "")).to_numpy()
    levels, composites = edition.levels.copy(), edition.composites.copy()
    for column, value in entry["counted"].items():
        whole = column in composites
        values = composites[column].to_numpy(copy=True) if whole else levels[:, edition.capabilities.index(column)]
        values[np.flatnonzero(member & (np.abs(values - value) < 10.0**-DECIMALS / 2))[:1]] = np.nan
        if whole:
            composites[column] = values
    return replace(edition, levels=levels, composites=composites)
