"""The diagnosis of the questions: who may read it, what it says, and that it tells nothing of single people."""

import numpy as np
import pandas as pd
from sqlalchemy import Engine
from sqlmodel import col, delete, select

from app.db import transaction
from app.models import Response, Snapshot
from app.results.diagnosis import _of_outcome, diagnose
from app.results.queries import load_report
from tests.conftest import PersonaClient
from tests.results.conftest import Measured, Reader
from tests.results.sample import mops_core


def test_a_consultant_sees_alpha_omega_and_every_question(reader: Reader, read_snapshot: Snapshot) -> None:
    consultant = reader("consultant")
    path = f"/snapshots/{read_snapshot.id}/diagnosis"
    assert path in consultant.get(f"/snapshots/{read_snapshot.id}/method").text
    page = consultant.get(path).text
    assert "Missing answers: pairwise" in page
    assert "dimensions shown</h1>" in page or "have an alpha of" in page
    answer = consultant.get(f"/api/v1{path}").json()
    assert answer["missing"] == "pairwise"
    one = answer["reliability"]["data"]
    assert one["alpha"]["low"] < one["alpha"]["estimate"] < one["alpha"]["high"]
    assert 0 < one["omega"]["estimate"] < 1
    assert all("alpha_if_dropped" in row for row in one["questions"].values())
    assert f"{one['alpha']['estimate']:.2f}" in page
    asked = [question.text for part in mops_core().dimension("data").capabilities for question in part.questions]
    assert len(one["questions"]) == len(asked)


def test_leaders_and_outsiders_do_not(reader: Reader, read_snapshot: Snapshot) -> None:
    for persona, status in (("leader", 403), ("outsider", 404)):
        for prefix in ("", "/api/v1"):
            path = f"{prefix}/snapshots/{read_snapshot.id}/diagnosis"
            assert reader(persona).get(path).status_code == status, (persona, path)
    assert "/diagnosis" not in reader("leader").get(f"/snapshots/{read_snapshot.id}/method").text


def test_few_organisations_are_told_so(reader: Reader, read_snapshot: Snapshot) -> None:
    consultant = reader("consultant")
    assert "from 50 on" in consultant.get(f"/snapshots/{read_snapshot.id}/diagnosis").text
    answer = consultant.get(f"/api/v1/snapshots/{read_snapshot.id}/diagnosis?missing=listwise").json()
    assert len(answer["drivers"]) == len(mops_core().outcomes)
    assert all("from 50 on" in one["withheld"] and not one["shares"] for one in answer["drivers"])


def test_an_erased_answer_ends_it(client: PersonaClient, engine: Engine, snapshot: Snapshot) -> None:
    consultant = client("consultant")
    path = f"/api/v1/snapshots/{snapshot.id}/diagnosis"
    assert consultant.get(path).json()["reliability"]
    with transaction(engine) as session:
        of_wave = col(Response.assessment_id) == snapshot.assessment_id
        session.exec(
            delete(Response).where(col(Response.id) == session.exec(select(Response.id).where(of_wave)).first())
        )
    answer = consultant.get(path).json()
    assert answer["reliability"] == {}
    assert "come or gone" in answer["withheld"]


def test_listwise_is_withheld_where_few_are_left_out(measured: Measured) -> None:
    with transaction(measured.engine) as session:
        report = load_report(session, session.exec(select(Snapshot).where(Snapshot.id == measured.snapshot.id)).one())
        found = diagnose(session, measured.users["consultant"], report, "listwise").reliability
    withheld = [page for page in found.values() if page.notes and page.notes[0].startswith("Withheld: fewer than 5")]
    assert withheld
    assert all(page.items.empty and page.alpha.low is None and page.n == 0 for page in withheld)


def test_fifty_organisations_divide_an_outcome() -> None:
    asked = mops_core()
    rng = np.random.default_rng(3)
    names = [one.id for one in asked.dimensions]
    table = pd.DataFrame(rng.normal(3, 0.5, (60, len(names))), columns=names)
    table["outcome"] = table["data"] + rng.normal(0, 0.3, 60)
    found = _of_outcome(table, "outcome", "Contribution to revenue", asked)
    assert found.found is not None
    shares = {name: share.estimate for name, share in found.found.shares.items()}
    assert max(shares, key=lambda name: shares[name]) == "data"
    assert _of_outcome(table.head(49), "outcome", "Contribution to revenue", asked).refused.startswith("49 of your")
    flat = table.assign(outcome=3.0)
    assert "the same in every organisation" in _of_outcome(flat, "outcome", "Contribution to revenue", asked).refused
