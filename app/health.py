"""Is this process ready to serve?"""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def alembic_config(url: str = "") -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def newest_revision() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def current_revision(engine: Engine) -> str | None:
    with engine.execution_options(writes=False).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def readiness(engine: Engine) -> str | None:
    """Why this process cannot serve; ``None`` when it can."""
    try:
        revision = current_revision(engine)
    except SQLAlchemyError:
        return "The database does not answer."
    if revision != newest_revision():
        return "The database is not migrated. Run `trigpoint migrate`."
    return None
