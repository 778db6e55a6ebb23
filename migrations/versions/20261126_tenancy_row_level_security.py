"""Row-level security on PostgreSQL: the role that the application acts as, and one policy for each tenant's table."""

from collections.abc import Sequence

from alembic import op

from app.tenancy import ROLE, protect_tables, release_tables

revision: str = "20261126_tenancy"
down_revision: str | None = "20261126_report_links"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (
    "answer",
    "answering_session",
    "assessment",
    "assessment_unit",
    "goal",
    "invitation",
    "invitation_token",
    "membership",
    "outbox_mail",
    "participant",
    "release",
    "report_link",
    "response",
    "roadmap",
    "roadmap_item",
    "roadmap_job",
    "snapshot",
    "strategy",
    "target",
    "unit",
)

# Roles belong to the whole server: other databases may have made it, even at this moment.
CREATE_ROLE = f"""
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'Let the administrator of the database server run once: CREATE ROLE {ROLE} NOLOGIN; '
            'GRANT {ROLE} TO %; and migrate again.', current_user;
END $$
"""
JOIN_ROLE = f"""
DO $$
BEGIN
    IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
END $$
"""
RIGHTS = (
    f"GRANT USAGE ON SCHEMA public TO {ROLE}",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
    f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {ROLE}",
    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}",
)

# Who somebody is has to be looked up before it is known whose rows they may see. What sees everything keeps doing so.
SEE = """
CREATE FUNCTION {name}({parameter}) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('trigpoint.organizations', true) = '*' THEN
        RETURN;
    END IF;
    PERFORM set_config('trigpoint.organizations', '*', true);
    PERFORM set_config('trigpoint.organizations', coalesce(
        (SELECT string_agg(DISTINCT organization_id, ',') FROM {table} WHERE {condition}), ''), true);
END $$
"""
FUNCTIONS = (
    ("trigpoint_see_as_user", "text", "membership", "user_id = $1"),
    ("trigpoint_see_as_respondents", "text[]", "answering_session", "token_hash = ANY ($1)"),
    ("trigpoint_see_as_invited", "text", "invitation_token", "token_hash = $1"),
    ("trigpoint_see_as_reader", "text", "report_link", "id = $1"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for statement in (CREATE_ROLE, JOIN_ROLE, *RIGHTS):
        op.execute(statement)
    for name, parameter, table, condition in FUNCTIONS:
        op.execute(SEE.format(name=name, parameter=parameter, table=table, condition=condition))
    protect_tables(*TABLES)
    protect_tables("organization", column="id")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    release_tables(*TABLES, "organization")
    for name, parameter, _, _ in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}({parameter})")
    # The role stays: other databases of the server may use it.
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM {ROLE}")
