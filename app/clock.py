"""Time and identity of things."""

import os
import secrets
import time
import uuid
from datetime import UTC, datetime


def now() -> datetime:
    """The current time, aware, UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """An opaque id that sorts by time (UUIDv7), for rows whose time of birth may be known."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def random_id() -> str:
    """A random id (UUIDv4), for responses and answers, whose ids must not tell when."""
    return str(uuid.uuid4())


def new_token() -> str:
    """256 random bits for a link or a cookie; only its digest is stored."""
    return secrets.token_urlsafe(32)
