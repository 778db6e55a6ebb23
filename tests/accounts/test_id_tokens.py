"""What an ID token must be, claim by claim, signed here by keys of the test."""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from app.accounts import discovery
from app.accounts.discovery import ALGORITHMS, Provider
from app.accounts.oidc import SignInRefusedError, read_id_token
from app.clock import now
from app.settings import OidcProvider

CONFIG = OidcProvider(id="one", name="Harbour One", issuer="https://id.example.org", client_id="trigpoint")
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
AT = now()
SECONDS = int(AT.timestamp())
CLAIMS: dict[str, Any] = {
    "iss": CONFIG.issuer,
    "aud": CONFIG.client_id,
    "sub": "lea",
    "nonce": "n",
    "iat": SECONDS,
    "exp": SECONDS + 300,
}
HEADER = {"alg": "RS256", "kid": "first"}


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(
        authorization_endpoint="https://id.example.org/auth",
        token_endpoint="https://id.example.org/token",
        end_session_endpoint=None,
        authentication="client_secret_basic",
        algorithms=ALGORITHMS,
        names_itself=False,
        keys=KeySet([RSAKey.import_key(KEY.as_dict(private=False))]),
        asked_at=monotonic(),
    )
    monkeypatch.setattr(discovery, "_known", {CONFIG: provider})


def read(claims: dict[str, Any], key: Any = KEY) -> str:
    token = jwt.encode(HEADER, claims, key)
    return read_id_token(CONFIG, {"id_token": token}, nonce="n", at=AT).subject


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIMS.items() if key != name}


@pytest.mark.parametrize("claims", [CLAIMS, CLAIMS | {"aud": ["trigpoint"], "azp": "trigpoint"}])
def test_right_token_tells_who_it_is(claims: dict[str, Any]) -> None:
    assert read(claims) == "lea"


@pytest.mark.parametrize(
    "claims",
    [
        *(without(name) for name in CLAIMS),
        CLAIMS | {"iss": "https://id.example.org/"},
        CLAIMS | {"aud": "another"},
        CLAIMS | {"aud": ["trigpoint", "another"], "azp": "trigpoint"},
        CLAIMS | {"azp": "another"},
        CLAIMS | {"nonce": "m"},
        CLAIMS | {"nonce": ""},
        CLAIMS | {"exp": SECONDS - 61},
        CLAIMS | {"exp": "tomorrow"},
        CLAIMS | {"iat": SECONDS + 3600, "exp": SECONDS + 7200},
        CLAIMS | {"nbf": SECONDS + 3600},
        CLAIMS | {"sub": ""},
        CLAIMS | {"sub": "x" * 256},
        CLAIMS | {"sub": 7},
    ],
)
def test_wrong_claims_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(SignInRefusedError):
        read(claims)


def made_by_hand(algorithm: str, secret: bytes = b"") -> str:
    """Libraries refuse to take a public key for a shared secret, or none at all; attackers do not."""

    def encoded(part: bytes) -> str:
        return urlsafe_b64encode(part).decode().rstrip("=")

    text = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": algorithm, "kid": "first"}, CLAIMS))
    return f"{text}.{encoded(hmac.digest(secret, text.encode(), 'sha256')) if secret else ''}"


def test_wrong_signatures_are_refused() -> None:
    """A foreign key under a known id, a key that nobody knows, HMAC with the public key, none at all, half a token."""
    for token in (
        jwt.encode(HEADER, CLAIMS, OTHER),
        jwt.encode({"alg": "ES256", "kid": "second"}, CLAIMS, ECKey.generate_key("P-256")),
        made_by_hand("HS256", KEY.as_pem(private=False)),
        made_by_hand("none"),
        made_by_hand("RS256"),
        "x",
    ):
        with pytest.raises(SignInRefusedError, match="signature"):
            read_id_token(CONFIG, {"id_token": token}, nonce="n", at=AT)


def test_new_keys_of_the_provider_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys change: where the known one does not fit, they are asked for again, at most once a minute."""
    known = discovery._known[CONFIG]
    renewed = replace(known, keys=KeySet([RSAKey.import_key(OTHER.as_dict(private=False))]))
    monkeypatch.setattr(discovery, "_ask", lambda _config: renewed)
    with pytest.raises(SignInRefusedError, match="signature"):
        read(CLAIMS, key=OTHER)
    monkeypatch.setitem(discovery._known, CONFIG, replace(known, asked_at=monotonic() - 120))
    assert read(CLAIMS, key=OTHER) == "lea"
