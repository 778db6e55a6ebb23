"""Charts in pages are drawn once, however many people open the report at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.db import transaction
from app.results import charts
from app.results.queries import load_report
from tests.results.conftest import Measured


def test_a_chart_is_drawn_once_for_all_who_ask_meanwhile(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    begun = threading.Event()

    def draw(_chart: object, words: str) -> str:
        begun.wait(5)
        drawn.append(words)
        return "<svg/>"

    charts._drawing.cache_clear()
    monkeypatch.setattr(charts, "svg_inline", draw)
    with transaction(measured.engine) as session:
        report = load_report(session, measured.snapshot)
    with ThreadPoolExecutor(8) as threads:
        results = [threads.submit(charts.drawn, report, "overall") for _ in range(8)]
        begun.set()
        assert {(result.result().wide, result.result().narrow) for result in results} == {("<svg/>", "<svg/>")}
    charts._drawing.cache_clear()
    assert len(drawn) == len(charts.WIDTHS)
