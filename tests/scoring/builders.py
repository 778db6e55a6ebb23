"""Small questionnaires and answers for the scoring tests; any scale, any number of questions."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from questionnaires.schema import (
    Capability,
    Dimension,
    Level,
    Option,
    OutcomeQuestion,
    ProfileOption,
    ProfileQuestion,
    Question,
    Questionnaire,
    Scale,
)
from scoring.editions import INDUSTRIES, SIZES, Edition
from scoring.results import EditionKind

DK, NA = 254, 255

MODEL = {"people": 2, "data": 3}
"""Dimension → number of capabilities."""


def questionnaire(
    values: Sequence[float] = (1, 2, 3, 4, 5),
    *,
    model: dict[str, int] | None = None,
    questions: int = 2,
    share: float = 0.5,
    version: str = "1.0.0",
) -> Questionnaire:
    """Capabilities ``people.c1`` …, questions ``people.c1.1`` …, levels l1 … on ``values``."""
    levels = tuple(
        Level(f"l{place}", float(value), f"Stage {value:g}", "") for place, value in enumerate(values, start=1)
    )
    options = tuple(Option(one.id, one.value, one.name, place) for place, one in enumerate(levels, start=1))
    dimensions = tuple(
        Dimension(
            name,
            name.title(),
            "",
            tuple(
                Capability(
                    f"{name}.c{place}",
                    f"{name.title()} capability {place}",
                    f"{name.title()} {place}, more",
                    "",
                    name,
                    tuple(Question(f"{name}.c{place}.{one}", "?", options) for one in range(1, questions + 1)),
                )
                for place in range(1, count + 1)
            ),
        )
        for name, count in (model or MODEL).items()
    )
    roles = ProfileQuestion(
        "profile.role", "?", (ProfileOption("leader", "I lead", True), ProfileOption("staff", "I do"))
    )
    return Questionnaire(
        id="small",
        version=version,
        title="Small",
        description="",
        language="en",
        scale=Scale(levels),
        min_answered_share=share,
        dimensions=dimensions,
        outcomes=(OutcomeQuestion("outcome.one", "One", "?", options),),
        profile=(roles,),
        sha256="0" * 64,
    )


def random_answers(
    asked: Questionnaire,
    n: int,
    seed: int = 0,
    *,
    dont_know: float = 0.05,
    not_applicable: float = 0.03,
    empty: float = 0.03,
) -> np.ndarray:
    """Vector codes, shape (n, len(asked.asked)): correlated levels and some of each kind of missing answer."""
    rng = np.random.default_rng(seed)
    levels = len(asked.scale.levels)
    centre = rng.uniform(1.5, levels - 0.5, len(asked.asked)) + rng.normal(0, 0.6, (n, 1))
    codes = np.clip(np.rint(centre + rng.normal(0, 0.7, (n, len(asked.asked)))), 1, levels).astype(np.uint8)
    chance = rng.random(codes.shape)
    codes[chance < dont_know] = DK
    codes[(chance >= dont_know) & (chance < dont_know + not_applicable)] = NA
    codes[chance > 1 - empty] = 0
    return codes


def people(
    n: int, units: Sequence[str] = ("Brand", "Field", "Ops"), seed: int = 0, leaders: float = 0.3
) -> pd.DataFrame:
    """Respondents with a unit and a role."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "unit": rng.choice(list(units), n),
            "role": np.where(rng.random(n) < leaders, "leader", "staff"),
        }
    )


def answers_of(rows: Sequence[Sequence[int]], asked: Questionnaire) -> np.ndarray:
    """Answers to the scored questions; the outcome questions stay unanswered."""
    given = np.array(rows, dtype=np.uint8)
    return np.hstack([given, np.zeros((len(given), len(asked.asked) - given.shape[1]), dtype=np.uint8)])


def edition(
    asked: Questionnaire,
    levels: np.ndarray,
    segments: Sequence[tuple[str, str]] | None = None,
    kind: EditionKind = "illustrative",
) -> Edition:
    """An edition with these levels, shape (n_peers, n_capabilities), and (industry, size) per peer."""
    rng = np.random.default_rng(0)
    pairs = segments or [(str(rng.choice(INDUSTRIES)), str(rng.choice(SIZES))) for _ in levels]
    return Edition(
        id="test",
        edition="2026.1",
        kind=kind,
        source="made for tests",
        method="none",
        year=2026,
        published_on=date(2026, 9, 1),
        questionnaire=asked.id,
        capabilities=tuple(one.id for one in asked.capabilities),
        organizations=tuple(f"{number:04d}" for number in range(len(levels))),
        levels=np.asarray(levels, dtype=float),
        segments=pd.DataFrame([{"industry": industry, "size": size, "region": "europe"} for industry, size in pairs]),
    )
