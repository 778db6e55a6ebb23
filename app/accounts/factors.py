"""The second factor: one-time codes of an authenticator (TOTP, RFC 6238), and recovery codes for when it is lost.

No code is taken twice: the step of the last one is kept, and only a later one counts. Secrets are sealed, recovery codes are
stored as keyed digests, and after a few wrong codes none is looked at for a while.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import segno
from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, func, select

from app.audit.actions import record
from app.errors import ConflictError, ForbiddenError, InvalidInputError, TooManyAttemptsError, UnavailableError
from app.models import LoginSession, Membership, RecoveryCode, User
from app.sealing import seal, unseal
from app.settings import get_settings

STEP = 30
"""Seconds; one step before and after is taken too, for clocks that differ."""
CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
WRONG_CODES = 5
PAUSE = timedelta(minutes=15)
TICKET_LIFE = timedelta(minutes=15)
PURPOSE = "second-factor"
WRONG_CODE = "This code does not fit, or was used already. Wait for the next one, or use a recovery code."


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator needs. ``ticket`` carries the secret, sealed, until a first code confirms it."""

    secret: str
    uri: str
    picture: str
    """The QR code as an SVG document."""
    ticket: str


def is_demanded(session: Session, user: User) -> bool:
    """Whether the user needs a second factor: consultants and administrators do, where the setting says so."""
    if not get_settings().second_factor_required:
        return False
    consults = select(Membership.user_id).where(Membership.user_id == user.id, Membership.role == "consultant").limit(1)
    return user.administrator or user.consultant or session.exec(consults).first() is not None


def has_factor(user: User) -> bool:
    return user.totp_confirmed_at is not None


def begin_enrolment(user: User) -> Enrolment:
    """A new secret. Nothing is stored before a code of it comes back."""
    return _enrolment(user, pyotp.random_base32())


def resume_enrolment(user: User, ticket: str) -> Enrolment:
    """The enrolment of a form that was refused."""
    return _enrolment(user, _secret_of(user, ticket), ticket)


def _enrolment(user: User, secret: str, ticket: str = "") -> Enrolment:
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Trigpoint")
    picture = segno.make(uri, error="m").svg_inline(scale=4, border=4, omitsize=True, svgclass="qr", lineclass=None)
    return Enrolment(secret, uri, picture, ticket or seal(PURPOSE, json.dumps([user.id, secret])))


def _secret_of(user: User, ticket: str) -> str:
    try:
        owner, secret = json.loads(unseal(PURPOSE, ticket, oldest_seconds=int(TICKET_LIFE.total_seconds())))
    except UnavailableError:
        raise InvalidInputError("This form is too old. Open the page again, and scan the new picture.") from None
    if owner != user.id:
        raise ForbiddenError("This form belongs to another account. Reload the page.")
    return str(secret)


def confirm_enrolment(session: Session, user: User, ticket: str, code: str, *, at: datetime) -> tuple[str, ...]:
    """Take the secret once its first code fits; returns the recovery codes, which are never shown again."""
    if has_factor(user):
        raise ConflictError("There is a second factor already. Turn it off first.")
    secret = _secret_of(user, ticket)
    step = _matching_step(secret, code, at)
    if step is None:
        raise InvalidInputError(
            "This code does not fit. Check that the clock of your device is right, and try the next."
        )
    user.totp_secret = seal(PURPOSE, secret)
    user.totp_confirmed_at, user.totp_step = at, step
    user.code_failures = 0
    session.add(user)
    record(session, "account.second_factor_on", actor=user.id)
    return new_recovery_codes(session, user)


def new_recovery_codes(session: Session, user: User) -> tuple[str, ...]:
    """Ten fresh codes; those of before are void."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    codes = tuple(_random_code() for _ in range(CODES))
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_keyed(user, code)) for code in codes)
    session.flush()
    record(session, "account.recovery_codes_renewed", actor=user.id)
    return codes


def recovery_codes_left(session: Session, user: User) -> int:
    statement = select(func.count()).where(RecoveryCode.user_id == user.id, col(RecoveryCode.used_at).is_(None))
    return session.exec(statement).one()


def turn_off(session: Session, user: User) -> None:
    """Forget the secret and the recovery codes."""
    user.totp_secret = user.totp_confirmed_at = user.totp_step = None
    session.add(user)
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user.id))
    session.flush()
    record(session, "account.second_factor_off", subject=f"user:{user.id}")


def code_fits(session: Session, user: User, code: str, *, at: datetime) -> bool:
    """Whether ``code`` is the authenticator's, or a recovery code; it is used up by that. Wrong ones are counted.

    The caller must let the transaction commit either way. Raises `TooManyAttemptsError` during a pause.
    """
    if user.code_failures >= WRONG_CODES and user.code_failed_at and at < user.code_failed_at + PAUSE:
        raise TooManyAttemptsError("There were too many wrong codes. Wait a quarter of an hour, then try again.")
    plain = "".join(code.split()).lower()
    fits = _use_step(session, user, plain, at) if plain.isdigit() else _use_recovery_code(session, user, plain, at)
    failures = 0 if fits else User.code_failures + 1
    session.execute(
        update(User)
        .where(col(User.id) == user.id)
        .values(code_failures=failures, code_failed_at=None if fits else at)
        .execution_options(synchronize_session="fetch")
    )
    return fits


def _use_step(session: Session, user: User, code: str, at: datetime) -> bool:
    if user.totp_secret is None or not has_factor(user):
        return False
    step = _matching_step(unseal(PURPOSE, user.totp_secret), code, at)
    if step is None:
        return False
    later = update(User).where(col(User.id) == user.id, or_(col(User.totp_step).is_(None), col(User.totp_step) < step))
    return bool(session.exec(later.values(totp_step=step)).rowcount)


def _matching_step(secret: str, code: str, at: datetime) -> int | None:
    now = int(at.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    found = None
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), "".join(code.split()).encode()):
            found = step
    return found


def _use_recovery_code(session: Session, user: User, code: str, at: datetime) -> bool:
    unused = update(RecoveryCode).where(
        col(RecoveryCode.user_id) == user.id,
        col(RecoveryCode.code_hash) == _keyed(user, code),
        col(RecoveryCode.used_at).is_(None),
    )
    return bool(session.exec(unused.values(used_at=at)).rowcount)


def _random_code() -> str:
    """Ten characters, about 50 bits: ``abcde-fghjk``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _keyed(user: User, code: str) -> str:
    secret = get_settings().secret_key.get_secret_value()
    plain = code.replace("-", "")
    return hmac.new(secret.encode(), f"recovery:{user.id}:{plain}".encode(), hashlib.sha256).hexdigest()


def demand_now(session: Session, user: User) -> None:
    """Somebody who has just become one of those that need a factor sets it up before the next page opens."""
    if is_demanded(session, user) and not has_factor(user):
        session.execute(
            update(LoginSession)
            .where(col(LoginSession.user_id) == user.id, col(LoginSession.needs) == "")
            .values(needs="enrolment")
        )
