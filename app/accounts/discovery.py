"""What a provider says of itself: addresses, keys, what it can (OpenID Connect Discovery 1.0). Asked once an hour."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key

from app.errors import UnavailableError
from app.settings import OidcProvider, is_safe_address

PATIENCE = 8.0
"""Seconds until a provider counts as silent."""
LARGEST = 500_000
"""Bytes of an answer."""
FRESH, AGAIN = 3600.0, 60.0
"""Seconds: how long an answer counts, and how soon it may be asked for again."""
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"}
)
"""Signatures by a private key only: one that the client's secret could make proves nothing."""
KEY_TYPES = frozenset({"RSA", "EC", "OKP"})


@dataclass(frozen=True)
class Provider:
    """What is used of a provider's description."""

    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str | None
    authentication: str
    """How a client with a secret proves itself: ``client_secret_basic`` or ``client_secret_post``."""
    algorithms: frozenset[str]
    names_itself: bool
    """Whether its answers carry ``iss`` (RFC 9207)."""
    keys: KeySet
    asked_at: float


_known: dict[OidcProvider, Provider] = {}


def discover(config: OidcProvider, *, renew: bool = False) -> Provider:
    """The provider's description; ``renew``: asked for again, unless it was just now."""
    known = _known.get(config)
    if known is not None and time.monotonic() - known.asked_at < (AGAIN if renew else FRESH):
        return known
    _known[config] = found = _ask(config)
    return found


def _ask(config: OidcProvider) -> Provider:
    status, told = fetch(config, f"{config.issuer.rstrip('/')}/.well-known/openid-configuration")
    if status != 200 or told.get("issuer") != config.issuer:
        raise _unusable(config, "its description names another issuer")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _check_address(config, told, name)
    end = told.get("end_session_endpoint")
    if end is not None:
        _check_address(config, told, "end_session_endpoint")
    status, keys = fetch(config, told["jwks_uri"])
    methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Provider(
        authorization_endpoint=told["authorization_endpoint"],
        token_endpoint=told["token_endpoint"],
        end_session_endpoint=end,
        authentication="client_secret_basic" if "client_secret_basic" in methods else "client_secret_post",
        algorithms=ALGORITHMS.intersection(told.get("id_token_signing_alg_values_supported", ["RS256"])),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        keys=_signing_keys(config, keys),
        asked_at=time.monotonic(),
    )


def _check_address(config: OidcProvider, told: Mapping[str, Any], name: str) -> None:
    address = told.get(name)
    if not isinstance(address, str) or not is_safe_address(address):
        raise _unusable(config, f"its {name} is no https address")


def _signing_keys(config: OidcProvider, told: Mapping[str, Any]) -> KeySet:
    listed = told.get("keys")
    given = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
    usable = [key for key in given if key.get("use", "sig") == "sig" and key.get("kty") in KEY_TYPES]
    try:
        keys = [import_key(key) for key in usable]
    except (JoseError, ValueError):
        raise _unusable(config, "its keys cannot be read") from None
    if not keys:
        raise _unusable(config, "it publishes no key")
    return KeySet(keys)


def fetch(
    config: OidcProvider, address: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an address of the provider. No redirect is followed, and nothing large is read."""
    method = "GET" if body is None else "POST"
    asked = {"Accept": "application/json", **(headers or {})}
    try:
        with httpx.stream(method, address, headers=asked, content=body, timeout=PATIENCE) as answer:
            read = b""
            for part in answer.iter_bytes():
                read += part
                if len(read) > LARGEST:
                    raise _unusable(config, "its answer is too large")
            document = json.loads(read)
    except httpx.HTTPError:
        raise UnavailableError(
            f"{config.name} does not answer. Try again in a moment, or sign in with your password."
        ) from None
    except ValueError:
        raise _unusable(config, "its answer is no JSON") from None
    if not isinstance(document, dict):
        raise _unusable(config, "its answer is no JSON object")
    return answer.status_code, document


def _unusable(config: OidcProvider, why: str) -> UnavailableError:
    return UnavailableError(
        f"{config.name} cannot be used to sign in: {why}. Tell your administrator, and use your password meanwhile."
    )
