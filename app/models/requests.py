"""What programs sent, kept so that sending it again does nothing twice."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.clock import now
from app.models.types import UtcDateTime


class AcceptedRequest(SQLModel, table=True):
    """A request with an ``Idempotency-Key`` and its answer, stored in the transaction of what it did."""

    __tablename__ = "accepted_request"

    key_hash: str = Field(primary_key=True, max_length=64)
    """Digest of user, method, path and key."""
    user_id: str = Field(foreign_key="user_account.id", ondelete="CASCADE", index=True, max_length=36)
    body_hash: str = Field(max_length=64)
    answer: str
    """Sealed with the key, of which only the digest is stored: answers may hold links."""
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime, index=True)
