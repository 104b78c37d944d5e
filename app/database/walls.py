"""Row level security of PostgreSQL, and the rights of the role that serves.

A second wall behind the sessions: what the program forgets to filter, the database still does. It
is put up after every migration, like the guards. SQLite has nothing like it.
"""

from uuid import UUID

from sqlalchemy import Connection, inspect

from app.database.engine import StartRefused
from app.database.guards import FOREVER, HISTORY, LOG

SERVING_ROLE = "app_rw"
BACKUP_ROLE = "backup"
"""Sees all rows and changes none; but that it made a backup, it adds to the access log."""

_OWN = "organisation_id = nullif(current_setting('app.organisation', true), '')::uuid"
_TOKEN = "nullif(current_setting('app.token', true), '')"  # noqa: S105 - the name of a setting
# Before an organisation is bound, whoever presents a token sees the rows behind that token.
_BY_TOKEN = {
    "api_token": f"token_hash = {_TOKEN}",
    "user": f"""EXISTS (SELECT 1 FROM api_token t WHERE t.organisation_id = "user".organisation_id
        AND t.user_id = "user".id AND t.token_hash = {_TOKEN})""",
    "membership": f"""EXISTS (SELECT 1 FROM api_token t WHERE t.organisation_id = membership.organisation_id
        AND t.user_id = membership.user_id AND t.token_hash = {_TOKEN})""",
}
_ALL = "SELECT, INSERT, UPDATE, DELETE"
_RIGHTS = {
    **dict.fromkeys(HISTORY, "SELECT, INSERT, DELETE"),
    **dict.fromkeys(FOREVER, "SELECT, INSERT"),
    # To delete is also what it takes to lock the log while it is sealed.
    **dict.fromkeys(LOG, "SELECT, INSERT, DELETE"),
    "ledger_head": "SELECT, INSERT, UPDATE",
    "erasure_order": "SELECT, INSERT, UPDATE",
    "organisation": "SELECT, INSERT, UPDATE",
    "alembic_version": "SELECT",
}


def is_walled(connection: Connection) -> bool:
    """Tell whether this is PostgreSQL."""
    return connection.dialect.name == "postgresql"


def bind(connection: Connection, organisation_id: UUID | None) -> None:
    """Let the rest of this transaction see the rows of one organisation, or of none."""
    if is_walled(connection):
        value = "" if organisation_id is None else str(organisation_id)
        connection.exec_driver_sql("SELECT set_config('app.organisation', %s, true)", (value,))


def present_token(connection: Connection, token_hash: str) -> None:
    """Let the rest of this transaction see the rows behind one token."""
    if is_walled(connection):
        connection.exec_driver_sql("SELECT set_config('app.token', %s, true)", (token_hash,))


def owned_tables(connection: Connection) -> list[str]:
    """Return the tables whose rows belong to an organisation."""
    return [
        table
        for (_, table), columns in inspect(connection).get_multi_columns().items()
        if any(column["name"] == "organisation_id" for column in columns)
    ]


def take_down(connection: Connection) -> None:
    """Let the owner of the tables see all rows, for a migration. It ends by putting the walls up."""
    if is_walled(connection):
        for table in owned_tables(connection):
            connection.exec_driver_sql(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')


def put_up(connection: Connection) -> None:
    """Wall off every table with an organisation, and give the serving role the rights it needs.

    Raises `StartRefused` when there is no such role.
    """
    if not is_walled(connection):
        return
    if not connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (SERVING_ROLE,)).first():
        raise StartRefused(
            f"PostgreSQL has no role {SERVING_ROLE}, which is the one to serve as. Make it first: "
            f"CREATE ROLE {SERVING_ROLE} LOGIN PASSWORD '...'; see docs/operations.md."
        )
    for table in owned_tables(connection):
        policies = {"organisation": f"USING ({_OWN}) WITH CHECK ({_OWN})"}
        if table in _BY_TOKEN:
            policies["by_token"] = f"FOR SELECT USING ({_BY_TOKEN[table]})"
        for name, policy in policies.items():
            connection.exec_driver_sql(f'DROP POLICY IF EXISTS {name} ON "{table}"')
            # `FOR ...` stands before `USING`; without it a policy is for everything.
            connection.exec_driver_sql(f'CREATE POLICY {name} ON "{table}" {policy}')
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        connection.exec_driver_sql(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    for table in inspect(connection).get_table_names():
        connection.exec_driver_sql(f'REVOKE ALL ON "{table}" FROM {SERVING_ROLE}')
        connection.exec_driver_sql(f'GRANT {_RIGHTS.get(table, _ALL)} ON "{table}" TO {SERVING_ROLE}')
    connection.exec_driver_sql(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {SERVING_ROLE}")
    if connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (BACKUP_ROLE,)).first():
        for kind, rights in (("TABLES", "SELECT"), ("SEQUENCES", "SELECT, USAGE")):
            connection.exec_driver_sql(f"GRANT {rights} ON ALL {kind} IN SCHEMA public TO {BACKUP_ROLE}")
        if inspect(connection).has_table("access_event"):
            connection.exec_driver_sql(f"GRANT INSERT ON access_event TO {BACKUP_ROLE}")


# ---------------------------------------------------------------- at the start


def refuse_without_walls(connection: Connection) -> None:
    """Check that the role is bound by the walls, and that no table lacks one. Raises `StartRefused`."""
    if not is_walled(connection):
        return
    refuse_mighty_role(connection)
    bare = connection.exec_driver_sql(
        """SELECT c.relname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'organisation'))
        ORDER BY 1"""
    ).scalars()
    if table := bare.first():
        raise StartRefused(
            f"The table '{table}' has no row level security. Run 'werkrelatie init' to put it back, and "
            "find out who took it off."
        )


def refuse_mighty_role(connection: Connection) -> None:
    """Check that the role can neither ignore the walls nor take them down. Raises `StartRefused`."""
    role, superuser, bypasses = connection.exec_driver_sql(
        "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).one()
    owned = connection.exec_driver_sql(
        """SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')
        AND relnamespace = current_schema()::regnamespace AND pg_has_role(relowner, 'MEMBER') ORDER BY 1"""
    ).scalars()
    why = None
    if superuser:
        why = "is a superuser"
    elif bypasses:
        why = "may bypass row level security"
    elif table := owned.first():
        why = f"owns the table '{table}'"
    if why:
        raise StartRefused(
            f"The role '{role}' {why}, so the database could not keep organisations apart or history "
            f"safe. Serve as {SERVING_ROLE}, and use this role for 'werkrelatie init' only; see "
            "docs/operations.md."
        )
