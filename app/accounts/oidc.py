"""Signing in at a provider: OpenID Connect, authorisation code flow with PKCE, state and nonce.

What a provider says counts only after every check of `read_id_token`. What was asked travels in a sealed cookie of the
browser that asked (`Attempt`), so an answer is of use in that browser alone, and only for a few minutes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.auth import encode_client_secret_basic, encode_client_secret_post, encode_none
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError

from app.accounts.discovery import Provider, discover, fetch
from app.clock import new_token
from app.errors import NotSignedInError, UnavailableError
from app.sealing import seal, unseal
from app.settings import OidcProvider, get_settings

LIFE = timedelta(minutes=15)
"""How long signing in at the provider may take."""
LEEWAY = 60
"""Seconds that the provider's clock may differ from ours."""
PURPOSE = "sign-in-attempt"
AUTHENTICATION = {
    "client_secret_basic": encode_client_secret_basic,
    "client_secret_post": encode_client_secret_post,
    "none": encode_none,
}
DECLINED = frozenset({"access_denied", "login_required", "consent_required", "interaction_required"})


class SignInRefusedError(NotSignedInError):
    """Signing in at a provider failed. ``reason`` is for the log: one word, nothing of the person."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Attempt:
    """What was asked of a provider, and where it should lead."""

    provider: str
    state: str
    nonce: str
    verifier: str
    next_path: str
    link: str
    """The token of the invitation that shall be accepted; empty: sign in."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is at a provider. The address they have there plays no part: it proves nothing here."""

    provider: str
    issuer: str
    subject: str
    name: str


def redirect_uri(config: OidcProvider) -> str:
    """Where the provider sends people back to: to be registered there."""
    return f"{get_settings().base_url}/sign-in/with/{config.id}/callback"


def begin(config: OidcProvider, *, next_path: str, link: str = "") -> tuple[str, str]:
    """The address at the provider to go to, and the sealed `Attempt` to keep in the browser meanwhile."""
    provider = discover(config)
    attempt = Attempt(config.id, new_token(), new_token(), new_token(), next_path, link)
    address = prepare_grant_uri(
        provider.authorization_endpoint,
        client_id=config.client_id,
        response_type="code",
        redirect_uri=redirect_uri(config),
        scope="openid profile",
        state=attempt.state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
    )
    return str(address), seal(PURPOSE, json.dumps(asdict(attempt)))


def open_attempt(config: OidcProvider, sealed: str) -> Attempt:
    """The attempt of this browser."""
    lost = SignInRefusedError(
        f"This sign-in with {config.name} was begun in another browser, or too long ago. Begin again.", "attempt"
    )
    try:
        attempt = Attempt(**json.loads(unseal(PURPOSE, sealed, oldest_seconds=int(LIFE.total_seconds()))))
    except UnavailableError:
        raise lost from None
    if attempt.provider != config.id:
        raise lost
    return attempt


def finish(config: OidcProvider, attempt: Attempt, answer: Mapping[str, str], *, at: datetime) -> Identity:
    """Who came back from the provider, by the parameters of the address they came back with."""
    if not compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise SignInRefusedError(
            f"This is the answer to another sign-in with {config.name}. Begin again, in one window only.", "state"
        )
    provider = discover(config)
    issuer = answer.get("iss")
    # RFC 9207: an answer names who gave it, where the provider says that it does.
    if issuer != config.issuer and (issuer is not None or provider.names_itself):
        raise _odd(config, "issuer")
    if "error" in answer or not answer.get("code"):
        raise _failed(config, answer.get("error", "no code"))
    tokens = _exchange(config, provider, attempt, answer["code"])
    return read_id_token(config, tokens, nonce=attempt.nonce, at=at)


def _odd(config: OidcProvider, reason: str) -> SignInRefusedError:
    return SignInRefusedError(
        f"The answer of {config.name} is not the one to your request ({reason}). Begin again; if it stays, tell your "
        "administrator.",
        reason,
    )


def _failed(config: OidcProvider, error: str) -> SignInRefusedError:
    if error in DECLINED:
        return SignInRefusedError(f"You did not sign in at {config.name}. Nothing has changed here.", "declined")
    return SignInRefusedError(
        f"{config.name} could not sign you in. Try again; if it stays, tell your administrator.", "error"
    )


def _exchange(config: OidcProvider, provider: Provider, attempt: Attempt, code: str) -> Mapping[str, Any]:
    """The tokens for a code. A code that was used before is refused by the provider."""
    body = prepare_token_request(
        "authorization_code", code=code, redirect_uri=redirect_uri(config), code_verifier=attempt.verifier
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    method = provider.authentication if config.client_secret.get_secret_value() else "none"
    _, headers, body = AUTHENTICATION[method](_Client(config), "POST", provider.token_endpoint, headers, body)
    status, tokens = fetch(config, provider.token_endpoint, headers=headers, body=body)
    if status != 200 or not isinstance(tokens.get("id_token"), str):
        reason = "code" if tokens.get("error") == "invalid_grant" else "token endpoint"
        raise SignInRefusedError(
            f"{config.name} took back its answer: it was used before, or is too old. Begin again."
            if reason == "code"
            else f"{config.name} does not accept Trigpoint as it is set up. Tell your administrator.",
            reason,
        )
    return tokens


class _Client:
    """What Authlib's authentication methods read."""

    def __init__(self, config: OidcProvider) -> None:
        self.client_id = config.client_id
        self.client_secret = config.client_secret.get_secret_value()


def read_id_token(config: OidcProvider, tokens: Mapping[str, Any], *, nonce: str, at: datetime) -> Identity:
    """Whose ID token this is: signed by the issuer's key, made by it, for us alone, now, and for this very request."""
    claims, header = _verified(config, tokens["id_token"])
    options = {
        "iss": {"essential": True, "value": config.issuer},
        "aud": {"essential": True, "value": config.client_id},
        "sub": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    params = {"client_id": config.client_id, "nonce": nonce, "access_token": tokens.get("access_token")}
    token = CodeIDToken(claims, header, options, params)
    try:
        token.validate(now=int(at.timestamp()), leeway=LEEWAY)
    except JoseError as error:
        raise _odd(config, getattr(error, "claim", None) or error.error) from None
    if token["aud"] not in (config.client_id, [config.client_id]):
        raise _odd(config, "aud")
    subject, name = token["sub"], token.get("name")
    if not 0 < len(subject) <= 255:
        raise _odd(config, "sub")
    return Identity(config.id, config.issuer, subject, name[:200].strip() if isinstance(name, str) else "")


def _verified(config: OidcProvider, id_token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Claims and header, once the signature holds. Keys change: where none fits, they are asked for once more."""
    for renewed in (False, True):
        provider = discover(config, renew=renewed)
        try:
            token = jwt.decode(id_token, provider.keys, algorithms=list(provider.algorithms))
        except (JoseError, ValueError):
            continue
        return dict(token.claims), dict(token.header)
    raise _odd(config, "signature")


def sign_out_address(config: OidcProvider) -> str | None:
    """Where to sign out at the provider too; None where it offers no such page."""
    endpoint = discover(config).end_session_endpoint
    if endpoint is None:
        return None
    values = {"client_id": config.client_id, "post_logout_redirect_uri": f"{get_settings().base_url}/sign-in"}
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(values)}"
