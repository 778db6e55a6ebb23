"""Page 3, against peers."""

from dataclasses import dataclass

from app.results.charts import Drawn, drawn
from app.results.charts.base import short_organization
from app.results.charts.peers import peer_rows
from app.results.frame import Frame, frame_of, heading
from app.results.queries import Report


@dataclass(frozen=True)
class Paragraph:
    title: str
    text: str


@dataclass(frozen=True)
class PeersPage:
    frame: Frame
    title: str
    lead: str
    name: str
    chart: Drawn | None
    paragraphs: tuple[Paragraph, ...]
    missing: str | None


def peers_page(report: Report) -> PeersPage:
    peers, head = report.result.peers, heading(report, "peers")
    has = peers is not None and bool(peer_rows(report))
    return PeersPage(
        frame=frame_of(report, "/peers"),
        title=head.title if has else "There are no peers to compare with",
        lead=head.lead if has else "",
        name=short_organization(report.organization.name),
        chart=drawn(report, "peers") if has else None,
        paragraphs=_peer_paragraphs(report) if has else (),
        missing=None
        if has
        else "No baseline was chosen for this assessment, or it has fewer than 5 organisations that fit. Choose an "
        "edition under Benchmarks and compute the result again.",
    )


def _peer_paragraphs(report: Report) -> tuple[Paragraph, ...]:
    peers = report.result.peers
    if peers is None:
        return ()
    asked = (
        f"Asked for {peers.asked}: {peers.fallback}, and a percentile needs 10. Shown: {peers.group_name}, n = {peers.n}."
        if peers.fallback
        else f"{peers.group_name[:1].upper()}{peers.group_name[1:]}, n = {peers.n}."
    )
    kind = "illustrative" if peers.kind == "illustrative" else f"{peers.kind}, {peers.year}"
    q = report.result.settings.q
    return (
        Paragraph("Peer group and fallback", f"{asked} {report.organization.name} itself is left out."),
        Paragraph(
            "Edition and provenance",
            f"Edition {peers.edition}, {peers.published_on}, {kind}. {peers.source.rstrip('.')}. {peers.method.rstrip('.')}.",
        ),
        Paragraph(
            "When a difference is called clear",
            f"Our 95% interval excludes the peer median, and the percentile's Wilson interval excludes 50. Both survive "
            f"allowing for {peers.family} comparisons (Benjamini–Hochberg, q = {q:.2f}). Anything else reads as “like peers”.",
        ),
    )
