"""Secrets that must be read back (a second factor's key) are sealed before they are stored.

The key comes from TRIGPOINT_SECRET_KEY, so a copy of the database alone opens nothing.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from app.errors import UnavailableError
from app.settings import get_settings


def _box(purpose: str) -> Fernet:
    secret = get_settings().secret_key.get_secret_value()
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}:{secret}".encode()).digest()))


def seal(purpose: str, text: str) -> str:
    """``text`` encrypted and authenticated; only the same purpose opens it."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str, *, oldest_seconds: int | None = None) -> str:
    """What was sealed. Raises `UnavailableError` where the secret key is another one than then, or it is too old."""
    try:
        return _box(purpose).decrypt(sealed.encode(), ttl=oldest_seconds).decode()
    except InvalidToken:
        raise UnavailableError(
            "This was sealed with another TRIGPOINT_SECRET_KEY, or too long ago. Start again; if that does not help, "
            "tell the administrator."
        ) from None
