"""A small edition as its two files."""

from questionnaires.load import load_questionnaire

CAPABILITIES = [capability.id for capability in load_questionnaire("mops-core").capabilities]
PROVENANCE = {
    "id": "harbour-survey",
    "edition": "2026.1",
    "kind": "imported",
    "source": "Survey of a trade association",
    "method": "Postal survey of members",
    "year": "2026",
    "n": "6",
    "questionnaire": "mops-core",
    "published_on": "2026-09-01",
}


def provenance(**changes: str | None) -> str:
    """The YAML file, one field a line; ``None`` leaves a field out."""
    fields = PROVENANCE | changes
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)


def levels(peers: int = 6, shift: float = 0.0) -> str:
    """The CSV file: five retailers of one size, then technology companies."""
    rows = [",".join(["organization", "industry", "size", "region", *CAPABILITIES])]
    for peer in range(peers):
        industry = "retail" if peer < 5 else "technology"
        cells = [f"{2 + shift + (peer + place) % 7 / 4:.2f}" for place in range(len(CAPABILITIES))]
        rows.append(",".join([str(peer + 1), industry, "250-999", "europe", *cells]))
    return "\n".join(rows) + "\n"
