"""The keyed hash chain: each record's digest covers the one before, and a seal covers the end.

Whoever can write to the database but does not know the key can neither change a record nor cut the tail unseen. Restoring
an older copy of the whole database can only be noticed with a head that was kept elsewhere: ``trigpoint audit head``.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.settings import get_settings


@dataclass(frozen=True)
class Head:
    """How far the log goes; printed as ``number:digest``."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


def record_digest(
    previous: str,
    *,
    number: int,
    at: datetime,
    actor: str,
    action: str,
    organization_id: str | None,
    subject: str,
    details: Mapping[str, Any],
) -> str:
    """The digest of one record: HMAC-SHA256 over its fields as one JSON list, the digest before among them."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [previous, number, moment, actor, action, organization_id, subject, details]
    return _keyed(json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":")))


def head_seal(head: Head) -> str:
    return _keyed(f"head:{head}")


def _keyed(text: str) -> str:
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()


def _key() -> bytes:
    settings = get_settings()
    secret = (settings.audit_key or settings.secret_key).get_secret_value()
    return hmac.new(secret.encode(), b"trigpoint audit", hashlib.sha256).digest()
