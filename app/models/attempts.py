"""How often something was tried: what all workers count together."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.types import UtcDateTime


class AttemptCount(SQLModel, table=True):
    """Tries of one kind by one caller in the window that ends then. The key is a keyed digest: no address is stored."""

    __tablename__ = "attempt_count"

    key_hash: str = Field(primary_key=True, max_length=64)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    count: int = 1
