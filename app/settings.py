"""One typed place for configuration, read from the environment (``TRIGPOINT_…``)."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_SECRET = "insecure-secret-for-development-only"  # noqa: S105 - production refuses to start with it


def is_safe_address(address: str) -> bool:
    """https, or this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"})
    )


def _safe_address(address: str) -> str:
    if not is_safe_address(address):
        raise ValueError("the issuer must start with https://")
    return address


class OidcProvider(BaseModel):
    """Where people may sign in instead of by a password (OpenID Connect)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    """Part of the address that is registered there; never change it."""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What people call it."""
    issuer: Annotated[str, Field(max_length=255), AfterValidator(_safe_address)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr = SecretStr("")
    second_factor: bool = False
    """Whether it asks for a second factor itself, so that ours is not asked for."""


class Settings(BaseSettings):
    """What an administrator can set. Production refuses to start with the default secret."""

    model_config = SettingsConfigDict(env_prefix="TRIGPOINT_", extra="ignore")

    environment: str = "development"
    """``development`` or ``production``."""
    database_url: str = "sqlite:///var/trigpoint.db"
    migration_url: str = ""
    """PostgreSQL: who owns the tables, for `trigpoint migrate` alone; empty: whoever ``database_url`` names."""
    secret_key: SecretStr = SecretStr(DEFAULT_SECRET)
    audit_key: SecretStr | None = None
    """Keys the audit log; without it the secret key does. Set it to the old secret key when that is changed."""
    base_url: str = "http://127.0.0.1:8000"
    """Where people reach the pages; links in mails are built from it, never from the request's Host."""
    allowed_hosts: str = ""
    """More host names that may be asked for, separated by commas."""
    trusted_proxies: str = ""
    """Addresses of reverse proxies, separated by commas, whose X-Forwarded-For and -Proto count; empty: nobody's."""
    static_dir: Path = Path(__file__).parent.parent / "frontend" / "dist"
    max_body_bytes: int = 5_000_000
    session_idle_minutes: int = 12 * 60
    session_days: int = 14
    grace_hours: int = 24
    """How long after the window a respondent can still send what was typed in time."""
    database_pool: int = 48
    smtp_url: SecretStr = SecretStr("")
    """``smtp://user:password@host:587``, ``smtps://…:465``, or ``file:///folder``; empty: mails wait in the outbox."""
    mail_from: str = "Trigpoint <trigpoint@localhost>"
    """Who mails come from; the address gets the reports of mails that could not be delivered."""
    mail_per_minute: int = 120
    """Mails sent in any minute, by all workers together."""
    mailer: Literal["worker", "server"] = "worker"
    """Who sends mails: ``trigpoint worker``, or ``trigpoint serve`` as well."""
    planner: Literal["child", "worker"] = "child"
    """Who improves roadmaps after the first second: a child process of the server, or only ``trigpoint worker``."""
    second_factor: Literal["auto", "required", "optional"] = "auto"
    """Whether consultants and administrators need a second factor; ``auto``: in production."""
    oidc_providers: tuple[OidcProvider, ...] = ()
    """Where people may sign in instead of by a password: a JSON list of id, name, issuer, client_id, client_secret."""

    @field_validator("oidc_providers")
    @classmethod
    def _different(cls, providers: tuple[OidcProvider, ...]) -> tuple[OidcProvider, ...]:
        for values in zip(*((provider.id, provider.issuer) for provider in providers), strict=True):
            if len(set(values)) < len(values):
                raise ValueError("each provider of TRIGPOINT_OIDC_PROVIDERS needs an id and an issuer of its own")
        return providers

    @field_validator("database_url", "migration_url")
    @classmethod
    def _driver(cls, url: str, info: ValidationInfo) -> str:
        if not url and info.field_name == "migration_url":
            return url
        if url.startswith("postgres://"):
            url = "postgresql://" + url.removeprefix("postgres://")
        if url.startswith("postgresql://"):
            url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            name = f"TRIGPOINT_{str(info.field_name).upper()}"
            raise ValueError(f"{name} must start with sqlite:/// or postgresql://")
        return url

    @field_validator("base_url")
    @classmethod
    def _no_slash(cls, url: str) -> str:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("TRIGPOINT_BASE_URL must start with http:// or https://")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _production_secret(self) -> "Settings":
        secret = self.secret_key.get_secret_value()
        if self.environment == "production" and (secret == DEFAULT_SECRET or len(secret) < 32):
            raise ValueError("in production, set TRIGPOINT_SECRET_KEY to at least 32 random characters")
        return self

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def second_factor_required(self) -> bool:
        return self.second_factor == "required" or (self.second_factor == "auto" and self.environment == "production")

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def hosts(self) -> frozenset[str]:
        named = {host.strip() for host in self.allowed_hosts.split(",") if host.strip()}
        return frozenset({urlsplit(self.base_url).hostname or "", "127.0.0.1", "localhost", *named})


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
