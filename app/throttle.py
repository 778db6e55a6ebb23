"""Rate limits that all workers share: each try is counted in the database, before the request's own transaction begins.

A try counts whatever comes of it. Windows are fixed: one begins with the first try after the last has ended. Keys are
digests under the secret key, so that the table names no address and no account.
"""

import hashlib
import hmac
import ipaddress
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import anyio.to_thread
from fastapi import Depends, Request
from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from app.clock import now
from app.db import one_write
from app.errors import TooManyAttemptsError
from app.models import AttemptCount
from app.settings import get_settings


@dataclass(frozen=True)
class Limit:
    """At most ``tries`` in ``minutes``."""

    tries: int
    minutes: float


@dataclass(frozen=True)
class Rule:
    """What is limited, by whom: one client address, one account (whatever was typed into ``field``), everybody together."""

    name: str
    address: Limit
    everybody: Limit
    account: Limit | None = None
    field: str = "email"


SIGN_IN = Rule("sign-in", Limit(30, 15), Limit(600, 1), account=Limit(10, 15))
RESET = Rule("reset", Limit(10, 15), Limit(120, 1), account=Limit(3, 60))
PASSWORD_LINK = Rule("password link", Limit(30, 15), Limit(600, 1))
RECEIPT = Rule("receipt code", Limit(20, 15), Limit(300, 1))
INVITATION = Rule("invitation link", Limit(600, 1), Limit(6000, 1))
"""Wide: a whole company may sit behind one address when its people start. The links themselves cannot be guessed."""
TOKEN = Rule("api token", Limit(600, 1), Limit(30_000, 1))
"""By token, not by address."""


def throttled(rule: Rule) -> Any:
    """``dependencies=[Public, throttled(SIGN_IN)]``: refuse with 429 what comes too often."""

    async def count(request: Request) -> None:
        await _count(request, await _keys(rule, request))

    return Depends(_marked(count, rule))


def _marked(dependency: Callable[[Request], Awaitable[None]], rule: Rule) -> Callable[[Request], Awaitable[None]]:
    dependency.rule = rule  # type: ignore[attr-defined] # a test walks the routes and asks which are limited
    return dependency


async def throttle_program(request: Request) -> None:
    """The limit of one API token, for every request that carries one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and request.url.path.startswith("/api/"):
        keys = {key_of(TOKEN, "token", token.strip()): TOKEN.address, key_of(TOKEN, "everybody", ""): TOKEN.everybody}
        await _count(request, keys)


async def _keys(rule: Rule, request: Request) -> dict[str, Limit]:
    keys = {key_of(rule, "address", client_network(request)): rule.address}
    if rule.account is not None:
        keys[key_of(rule, "account", (await _typed(request, rule.field)).strip().lower())] = rule.account
    return keys | {key_of(rule, "everybody", ""): rule.everybody}


async def _typed(request: Request, field: str) -> str:
    """What was typed into a field of a form or of a JSON body; the body is read once and kept for the route."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            return ""
        return str(body.get(field, "")) if isinstance(body, dict) else ""
    form = await request.form(max_files=5, max_fields=2000, max_part_size=get_settings().max_body_bytes)
    given = form.get(field)
    return given if isinstance(given, str) else ""


def client_network(request: Request) -> str:
    """Who asks: the IPv4 address, or the /64 network that one customer of an IPv6 provider has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return host


def key_of(rule: Rule, kind: str, value: str) -> str:
    """Under which tries are counted."""
    secret = get_settings().secret_key.get_secret_value().encode()
    words = f"limit:{rule.name}:{kind}:{value}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, words, hashlib.sha256).hexdigest()


async def _count(request: Request, keys: Mapping[str, Limit]) -> None:
    at = now()
    async with one_write(request.app.state.engine) as session:
        wait = await anyio.to_thread.run_sync(count_tries, session, keys, at)
    if wait:
        raise TooManyAttemptsError(f"Too many tries. Wait {_words(wait)}, then try again.", retry_after=wait)


def count_tries(session: Session, keys: Mapping[str, Limit], at: datetime) -> int:
    """Count one try under each key; how many seconds to wait where one has had too many, else 0."""
    # In one order everywhere, so that two workers never wait for each other's rows.
    return max(
        (_wait(limit, *_one_more(session, key, limit, at), at) for key, limit in sorted(keys.items())), default=0
    )


def _one_more(session: Session, key: str, limit: Limit, at: datetime) -> tuple[int, datetime]:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    ends_at = at + timedelta(minutes=limit.minutes)
    over = col(AttemptCount.ends_at) <= at
    statement = insert(AttemptCount).values(key_hash=key, ends_at=ends_at, count=1)
    counted = statement.on_conflict_do_update(
        index_elements=["key_hash"],
        set_={
            "count": case((over, 1), else_=col(AttemptCount.count) + 1),
            "ends_at": case((over, ends_at), else_=col(AttemptCount.ends_at)),
        },
    ).returning(col(AttemptCount.count), col(AttemptCount.ends_at))
    count, until = session.execute(counted).one()
    return count, until


def _wait(limit: Limit, count: int, until: datetime, at: datetime) -> int:
    return max(1, math.ceil((until - at).total_seconds())) if count > limit.tries else 0


def _words(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"


def forget_attempts(session: Session, *, at: datetime) -> None:
    """Delete the counts of windows that have ended."""
    session.execute(delete(AttemptCount).where(col(AttemptCount.ends_at) <= at))
