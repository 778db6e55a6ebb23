"""Passwords: how they are stored, and which are refused.

Length decides, not composition (NIST SP 800-63B, ASVS 5.0 6.2): at least 12 characters of any kind, and none that
guessing programs try first. The list is zxcvbn's: the 30,000 most frequent passwords of published leaks, by frequency.
"""

import unicodedata
from functools import cache

from pwdlib import PasswordHash
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.clock import new_token
from app.errors import InvalidInputError

PASSWORDS = PasswordHash.recommended()
SHORTEST = 12
LONGEST = 256
OURS = frozenset({"trigpoint", "administrator", "consultant", "assessment", "marketing", "maturity"})
"""Words that are easily guessed here and nowhere else."""

# Verified against when there is no such user, so that known and unknown addresses take the same time.
_NOBODY = PASSWORDS.hash(new_token())


@cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"]) | OURS


def checked_password(password: str, *, personal: tuple[str, ...] = ()) -> str:
    """The password, if it can be used; ``personal`` are words of the user (address, name) that it may not consist of."""
    text = unicodedata.normalize("NFKC", password)
    if len(text) < SHORTEST:
        raise InvalidInputError(f"Choose a password of at least {SHORTEST} characters; a short sentence works.")
    if len(text) > LONGEST:
        raise InvalidInputError(f"Choose a password of at most {LONGEST} characters.")
    if _is_common(text.lower(), personal):
        raise InvalidInputError(
            "This password is among those that are tried first. Choose another; a short sentence works."
        )
    return text


def _is_common(text: str, personal: tuple[str, ...]) -> bool:
    """Whether it is on the list, with or without digits and marks around it, once or repeated; or has < 4 characters."""
    if len(set(text)) < 4 or text in "01234567890123456789" or text in "abcdefghijklmnopqrstuvwxyz":
        return True
    words = _common() | {word.lower() for word in personal if len(word) > 3}
    core = text.strip("0123456789!?.,;:-_#*+$@ ")
    return any(form in words for form in (text, core, _once(text), _once(core)))


def _once(text: str) -> str:
    """The shortest part that ``text`` repeats: ``letmeinletmein`` → ``letmein``."""
    again = (text + text).find(text, 1)
    return text[:again] if 0 < again < len(text) else text


def hash_password(password: str) -> str:
    return PASSWORDS.hash(password)


def verify_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether it fits, and a new hash where the old one is weaker than today's. No hash takes as long as a wrong one."""
    text = unicodedata.normalize("NFKC", password[: 4 * LONGEST])[: LONGEST + 1]
    fits, renewed = PASSWORDS.verify_and_update(text, stored or _NOBODY)
    return fits and stored is not None, renewed
