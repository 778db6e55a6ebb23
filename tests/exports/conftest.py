"""The measured assessment of the results' tests."""

from tests.results.conftest import measured, read_snapshot, reader, stored

__all__ = ["measured", "read_snapshot", "reader", "stored"]
