"""Log lines go to standard error as it is when they are written."""

import io
import sys

import pytest
import structlog

from app.logs import configure_logs


def test_a_logger_outlives_the_standard_error_it_was_first_used_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", first := io.StringIO())
    configure_logs()
    log = structlog.get_logger("a test").bind()
    log.info("before")
    monkeypatch.setattr(sys, "stderr", second := io.StringIO())
    first.close()
    log.info("after")
    assert '"event": "after"' in second.getvalue()
