"""What somebody can work out who reads every page, answer of the API and file of a snapshot.

The attacker collects every place that carries a number, knows who is in which unit and role (which colleagues do), and
solves the linear system of all published sums for the groups that were withheld.
"""

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from sqlmodel import Session, col, select

from app.models import Assessment, Snapshot
from app.responses.queries import answers_matrix
from app.results.measures import MEASURE_NAMES
from app.results.pages.heatmap import role_name
from questionnaires.schema import Questionnaire
from scoring.patterns import capability_scores
from tests.people import Client
from tests.results.reading import pages_of

Floats = NDArray[np.float64]
Cell = tuple[str, str, str]
"""Kind of group (whole, unit, role, side), its id, capability."""


@dataclass
class Loot:
    """Places with a number, and the unrounded level where one is given."""

    cells: set[Cell] = field(default_factory=set)
    levels: dict[Cell, float] = field(default_factory=dict)
    before: dict[Cell, float | None] = field(default_factory=dict)
    """Cells of the wave before that a change speaks of, and the level that it says they had."""
    pages: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, group: str, capability: str, level: object = None) -> None:
        cell = (kind, group, capability)
        self.cells.add(cell)
        if isinstance(level, int | float):
            self.levels[cell] = float(level)


def loot_of(client: Client, snapshot_id: str, questionnaire: Questionnaire) -> Loot:
    """Everything that a signed-in person can read of a snapshot."""
    loot = Loot()
    api = f"/api/v1/snapshots/{snapshot_id}"
    read_document(loot, client.get(api).json()["result"])
    for by in ("unit", "role"):
        for measure in MEASURE_NAMES:
            _heatmap(loot, client.get(f"{api}/heatmap?measure={measure}&by={by}").json())
    for capability in questionnaire.capabilities:
        document = client.get(f"{api}/capabilities/{capability.id}").json()
        for kind in ("units", "roles"):
            for group, cell in document[kind].items():
                if "value" in cell:
                    loot.add(kind[:-1], group, capability.id, cell["value"])
    read_pages(loot, pages_of(client, f"/snapshots/{snapshot_id}", questionnaire), questionnaire)
    read_document(loot, client.get(f"{api}/export.json").json()["result"])
    _table(loot, csv.reader(io.StringIO(client.get(f"{api}/export.csv").text.removeprefix("\ufeff"))), questionnaire)
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{api}/export.xlsx").content))
    for sheet in book:
        _table(loot, ([_text(value) for value in row] for row in sheet.iter_rows(values_only=True)), questionnaire)
    return loot


def read_pages(loot: Loot, pages: Mapping[str, str], questionnaire: Questionnaire) -> None:
    """What the pages of a report give away; they are kept for whoever looks for more."""
    loot.pages |= pages
    for path, text in pages.items():
        if path.startswith("/heatmap"):
            _page(loot, text, "role" if "by=role" in path else "unit", questionnaire)
        elif path.startswith("/capabilities/"):
            _groups(loot, text, path.split("/")[2].partition("?")[0], questionnaire)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def read_document(loot: Loot, result: Mapping[str, Any]) -> None:
    """What the stored result gives away."""
    for one in result["capabilities"]:
        if "estimate" not in one:
            continue
        loot.add("whole", "", one["id"], one["estimate"])
        if one.get("change"):
            loot.before["whole", "", one["id"]] = one["change"]["before"]
        for side in ("leaders", "staff"):
            if one.get("perception"):
                loot.add("side", side, one["id"], one["perception"][side]["estimate"])
    for kind in ("units", "roles"):
        for group in result.get(kind, ()):
            for capability, cell in group.get("capabilities", {}).items():
                if "estimate" in cell:
                    loot.add(kind[:-1], group["id"], capability, cell["estimate"])
                if cell.get("change"):
                    loot.before[kind[:-1], group["id"], capability] = cell["change"]["before"]


def _heatmap(loot: Loot, answer: Mapping[str, Any]) -> None:
    for row in answer["rows"]:
        for capability, cell in row.get("cells", {}).items():
            if "value" in cell:
                kind = "whole" if row.get("whole") else answer["by"]
                loot.add(kind, "" if row.get("whole") else row["id"], capability)
                if answer["measure"] == "change":
                    loot.before.setdefault((kind, "" if row.get("whole") else row["id"], capability), None)


def _page(loot: Loot, text: str, by: str, questionnaire: Questionnaire) -> None:
    capabilities = {one.name: one.id for one in questionnaire.capabilities}
    roles = {role_name(questionnaire, option.id): option.id for one in questionnaire.profile for option in one.options}
    for label in re.findall(r'aria-label="([^"]+)"', text):
        place, _, words = html.unescape(label).partition(": ")
        group, _, capability = place.partition(", ")
        if capability in capabilities and re.search(r"\d\.\d", words):
            if group == "Whole organisation":
                loot.add("whole", "", capabilities[capability])
            else:
                loot.add(by, roles.get(group, group) if by == "role" else group, capabilities[capability])


def _groups(loot: Loot, text: str, capability: str, questionnaire: Questionnaire) -> None:
    """The tables of units and roles on the page of a capability."""
    roles = {role_name(questionnaire, option.id): option.id for one in questionnaire.profile for option in one.options}
    for table in re.findall(r'<table class="evidence evidence-groups">.*?</table>', text, re.DOTALL):
        by = "role" if 'scope="col">Role<' in table else "unit"
        for name, row in re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', table, re.DOTALL):
            if re.search(r"\d\.\d</td>", row):
                group = html.unescape(name)
                loot.add(by, roles.get(group, group) if by == "role" else group, capability)


def _table(loot: Loot, rows: Iterable[list[str]], questionnaire: Questionnaire) -> None:
    roles = {role_name(questionnaire, option.id): option.id for one in questionnaire.profile for option in one.options}
    head: list[str] = []
    for row in rows:
        if "capability" in row and "group" in row:
            head = list(row)
        elif head and len(row) >= len(head) and row[0] in {"unit", "role"}:
            named = dict(zip(head, row, strict=False))
            numbers = [named[name] for name in ("level", "low", "high", "target_gap", "peer_gap", "change")]
            if any(numbers):
                group = roles.get(named["group"], named["group"]) if row[0] == "role" else named["group"]
                loot.add(row[0], group, named["capability"], float(named["level"]) if named["level"] else None)


@dataclass(frozen=True)
class People:
    """The truth: ``scores`` shape (n, n_capabilities), NaN = no level; unit and role by row."""

    ids: tuple[str, ...]
    respondents: pd.DataFrame
    scores: pd.DataFrame


def people_of(session: Session, snapshot: Snapshot, questionnaire: Questionnaire) -> People:
    assessment = session.exec(select(Assessment).where(col(Assessment.id) == snapshot.assessment_id)).one()
    answers = answers_matrix(session, assessment, questionnaire)
    names = [one.id for one in questionnaire.capabilities]
    return People(
        answers.ids, answers.respondents, pd.DataFrame(capability_scores(questionnaire, answers.matrix), columns=names)
    )


def members(people: People, cell: Cell, questionnaire: Questionnaire) -> NDArray[np.bool_]:
    """0/1 row of the matrix: who stands behind a cell."""
    kind, group, capability = cell
    scored = people.scores[capability].notna().to_numpy()
    if kind == "whole":
        return np.asarray(scored)
    if kind == "side":
        leads = people.respondents["role"].isin(questionnaire.leader_roles).to_numpy()
        return np.asarray(scored & (leads if group == "leaders" else ~leads))
    return np.asarray(scored & (people.respondents[kind] == group).to_numpy())


def withheld_cells(people: People, loot: Loot, capability: str) -> Iterator[Cell]:
    """Units and roles with people behind them of which nothing was found."""
    scored = people.scores[capability].notna()
    for kind in ("unit", "role"):
        for group in people.respondents.loc[scored, kind].unique():
            if (kind, str(group), capability) not in loot.cells:
                yield (kind, str(group), capability)


def bounds_of(
    target: Cell, people: People, equations: list[tuple[Floats, float]], scale: tuple[float, float]
) -> tuple[float, float]:
    """Lowest and highest mean of a withheld group that fits everything published.

    equations : coefficient per person and the published value; blocks of people with the same coefficients are one unknown
    """
    kind, group, capability = target
    scored = people.scores[capability].notna().to_numpy()
    mine = scored & (people.respondents[kind] == group).to_numpy()
    rows = np.array([row for row, _ in equations] + [mine.astype(float)])[:, scored]
    blocks, block = np.unique(rows, axis=1, return_inverse=True)
    sizes = np.bincount(block.ravel(), minlength=blocks.shape[1]).astype(float)
    sides = [value for _, value in equations]
    goal = np.where(blocks[-1] > 0, 1.0, 0.0) / mine.sum()
    limits = [(scale[0] * size, scale[1] * size) for size in sizes]
    ends = []
    for sign in (1, -1):
        solved = linprog(sign * goal, A_eq=blocks[:-1], b_eq=sides, bounds=limits)
        assert solved.status == 0, f"{target}: the published numbers contradict each other: {solved.message}"
        ends.append(sign * float(solved.fun))
    return ends[0], ends[1]


def equations_of(
    loot: Loot, people: People, capability: str, weights: Mapping[str, float], questionnaire: Questionnaire
) -> list[tuple[Floats, float]]:
    """Everything published of one capability as sums over people. ``weights`` : of units in the whole; those of which
    something is withheld are one stratum (docs/methods/disclosure.md)."""
    found = []
    names = {one.id for one in questionnaire.capabilities}
    hidden = {
        unit
        for unit in weights
        if {name for kind, group, name in loot.cells if (kind, group) == ("unit", unit)} < names
    }
    stratum = people.respondents["unit"].map(lambda unit: "withheld" if unit in hidden else unit)
    weigh = {
        name: sum(weights[unit] for unit in hidden) if name == "withheld" else weights[name]
        for name in stratum.unique()
    }
    for cell, level in loot.levels.items():
        if cell[2] != capability:
            continue
        row = members(people, cell, questionnaire).astype(float)
        if cell[0] == "whole":
            sizes = stratum[row > 0].value_counts()
            total = sum(weigh[name] for name in sizes.index)
            row = np.array(
                [weigh[name] / total / sizes[name] if one else 0.0 for one, name in zip(row, stratum, strict=True)]
            )
        else:
            row /= row.sum()
        found.append((row, level))
    return found
