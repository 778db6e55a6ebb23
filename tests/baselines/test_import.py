"""Import through the API and through the page; an edition never changes."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.baselines.actions import ensure_shipped_editions, shipped_editions
from app.baselines.queries import default_edition, edition_for
from app.db import transaction
from app.models import BaselineEdition
from tests.baselines.files import levels, provenance
from tests.conftest import PersonaClient

BASELINES = "/api/v1/baselines"
LABEL = "Illustrative baseline, not market data"


def body(content: str | None = None, yaml: str | None = None, **more: str) -> dict[str, str]:
    return {
        "questionnaire": "mops-core",
        "content": content or levels(),
        "provenance": yaml or provenance(),
        **more,
    }


def stored(engine: Engine) -> int:
    with Session(engine) as session:
        return len(session.exec(select(BaselineEdition)).all())


def test_a_program_imports_and_reads_back(client: PersonaClient) -> None:
    consultant = client("consultant")
    made = consultant.post(BASELINES, json=body())
    assert made.status_code == 201
    edition = made.json()
    assert (edition["baseline"], edition["edition"], edition["kind"]) == ("harbour-survey", "2026.1", "imported")
    assert (edition["n"], edition["year"], edition["published_on"], edition["label"]) == (6, 2026, "2026-09-01", "")
    assert edition["source"] == "Survey of a trade association"
    assert len(edition["sha256"]) == 64
    detail = consultant.get(f"{BASELINES}/{edition['id']}").json()
    assert detail["peer_groups"] == [{"industry": "retail", "size": "250-999", "n": 5}]
    assert consultant.get(BASELINES).json() == [edition]
    assert client("leader").get(f"{BASELINES}/{edition['id']}").json() == detail


def test_the_same_edition_again_is_harmless(client: PersonaClient, engine: Engine) -> None:
    consultant = client("consultant")
    first, second = (consultant.post(BASELINES, json=body()).json() for _ in range(2))
    assert first == second
    assert stored(engine) == 1


def test_an_edition_never_changes(client: PersonaClient, engine: Engine) -> None:
    consultant = client("consultant")
    first = consultant.post(BASELINES, json=body()).json()
    for other in (body(levels(shift=0.1)), body(yaml=provenance(method="By telephone"))):
        answer = consultant.post(BASELINES, json=other)
        assert answer.status_code == 409
        assert "Editions never change" in answer.json()["detail"]
    assert consultant.get(BASELINES).json() == [first]
    assert consultant.post(BASELINES, json=body(levels(shift=0.1), provenance(edition="2026.2"))).status_code == 201
    assert stored(engine) == 2


def test_refusals_name_file_and_line(client: PersonaClient, engine: Engine) -> None:
    consultant = client("consultant")
    for sent, words in (
        (body(levels().replace("2,retail", "2,nowhere")), "baseline.csv:3: industry is 'nowhere'"),
        (body('"' + levels()), "baseline.csv:"),
        (body(yaml="["), "baseline.yaml:"),
        (body(yaml=provenance(published_on="2026-02-30")), "baseline.yaml:9: published_on"),
    ):
        answer = consultant.post(BASELINES, json=sent)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert words in answer.json()["detail"]
        assert words in answer.json()["errors"][0]["message"]
    assert consultant.post(BASELINES, json=body(kind="imported")).status_code == 422
    assert stored(engine) == 0


def test_only_consultants_import(client: PersonaClient, engine: Engine) -> None:
    for persona in ("leader", "stranger"):
        someone = client(persona)
        assert someone.post(BASELINES, json=body()).status_code == 403
        assert someone.submit("/benchmarks", step="import", **body()).status_code == 403
        assert "Import an edition" not in someone.get("/benchmarks").text
    assert stored(engine) == 0


def test_the_page_checks_before_it_imports(client: PersonaClient, engine: Engine) -> None:
    consultant = client("consultant")
    checked = consultant.submit("/benchmarks", step="check", **body())
    assert checked.status_code == 200
    assert "Ready to import: harbour-survey 2026.1, 6 organisations" in checked.text
    assert "Postal survey of members" in checked.text
    assert stored(engine) == 0
    imported = consultant.submit("/benchmarks", step="import", **body())
    assert imported.status_code == 303
    page = consultant.get(imported.headers["location"]).text
    for words in ("harbour-survey", "Survey of a trade association", "Postal survey of members", "under 5"):
        assert words in page
    assert LABEL not in page


def test_files_are_uploaded(client: PersonaClient, engine: Engine) -> None:
    consultant = client("consultant")
    fields = {"csrf": consultant.csrf, "questionnaire": "mops-core", "step": "import"}
    broken = {"content_file": ("a.csv", levels().encode("utf-16")), "provenance_file": ("a.yaml", provenance())}
    refused = consultant.post("/benchmarks", data=fields, files=broken)
    assert refused.status_code == 422
    assert "baseline.csv:1" in refused.text
    good = {"content_file": ("a.csv", levels().encode()), "provenance_file": ("a.yaml", provenance())}
    assert consultant.post("/benchmarks", data=fields, files=good).status_code == 303
    assert stored(engine) == 1


def test_the_page_keeps_what_was_typed_when_it_refuses(client: PersonaClient, engine: Engine) -> None:
    consultant = client("consultant")
    wrong = body(levels().replace("2,retail", "2,nowhere"))
    for step in ("check", "import"):
        answer = consultant.submit("/benchmarks", step=step, **wrong)
        assert answer.status_code == 422
        assert "baseline.csv:3: industry is &#39;nowhere&#39;" in answer.text
        assert "Postal survey of members" in answer.text
    assert consultant.submit("/benchmarks", step="import", **body()).status_code == 303
    again = consultant.submit("/benchmarks", step="import", **body(levels(shift=0.1)))
    assert again.status_code == 422
    assert "Editions never change" in again.text


def test_illustrative_editions_say_so_everywhere(client: PersonaClient, engine: Engine) -> None:
    with transaction(engine) as session:
        ensure_shipped_editions(session)
    consultant = client("consultant")
    [edition] = consultant.get(BASELINES).json()
    assert (edition["kind"], edition["label"]) == ("illustrative", LABEL)
    detail = consultant.get(f"{BASELINES}/{edition['id']}").json()
    assert detail["label"] == LABEL
    assert all(group["n"] >= 5 for group in detail["peer_groups"])
    for path in ("/benchmarks", f"/benchmarks/{edition['id']}"):
        assert LABEL in consultant.get(path).text


def test_no_such_edition(client: PersonaClient) -> None:
    consultant = client("consultant")
    assert consultant.get(f"{BASELINES}/nothing").status_code == 404
    assert consultant.get("/benchmarks/nothing").status_code == 404


def test_shipped_editions_are_stored_once(session: Session) -> None:
    for _ in range(2):
        ensure_shipped_editions(session)
        assert len(session.exec(select(BaselineEdition)).all()) == len(shipped_editions())


@pytest.mark.parametrize("kind", ["imported", "pooled"])
def test_measured_editions_come_before_illustrative_ones(session: Session, kind: str) -> None:
    assert default_edition(session, "mops-core") is None
    ensure_shipped_editions(session)
    shipped = default_edition(session, "mops-core")
    assert shipped is not None
    assert shipped.kind == "illustrative"
    row = shipped.model_copy(update={"id": "older", "baseline": "older", "kind": kind, "sha256": "0"})
    session.add(BaselineEdition(**row.model_dump()))
    session.flush()
    found = default_edition(session, "mops-core")
    assert found is not None
    assert found.kind == kind
    assert default_edition(session, "other") is None


def test_a_stored_edition_reads_as_it_was_sent(session: Session) -> None:
    ensure_shipped_editions(session)
    row = default_edition(session, "mops-core")
    assert row is not None
    edition = edition_for(session, row.id, "nobody")
    assert edition is not None
    assert (edition.id, edition.edition, edition.n) == (row.baseline, row.edition, row.peers)
    assert edition_for(session, None, "nobody") is None
    assert edition_for(session, "nothing", "nobody") is None
