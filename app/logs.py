"""Structured logs without personal data: route templates, never URLs; ids of requests, never of people."""

import logging
import sys
from contextlib import suppress

import structlog


class StandardError:
    """Standard error as it is when a line is written: who replaces it for a while must not leave loggers a closed file.

    A line that cannot be written, as on a full disk, is lost, and the request that it tells of is not.
    """

    def write(self, text: str) -> int:
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


def configure_logs() -> None:
    """One JSON line for each event, on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(StandardError()),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
