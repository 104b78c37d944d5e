"""Row level security of PostgreSQL, and the rights of the role that serves.

A second wall behind the sessions: what the program forgets to filter, the database still does. It
is put up after every migration, like the guards. SQLite has nothing like it.
"""

import re
from uuid import UUID

from sqlalchemy import Connection, inspect

from app.database.engine import StartRefused
from app.database.guards import FOREVER, HISTORY, LOG

SERVING_ROLE = "app_rw"
BACKUP_ROLE = "backup"
"""Sees all rows and changes none; but that it made a backup, it adds to the access log."""

_OWN = "organisation_id = nullif(current_setting('app.organisation', true), '')::uuid"
_TOKEN = "nullif(current_setting('app.token', true), '')"  # noqa: S105 - the name of a setting
_LOGIN = "nullif(current_setting('app.login', true), '')"
# Before an organisation is bound, whoever presents a secret (a token, a cookie, a link that works once)
# sees the rows behind it, and who says a name to sign in with sees the account of that name. The code of a
# training is such a secret too, and as it is shown on a wall it is stored as it is.
_BEFORE_BINDING = {
    "api_token": f"token_hash = {_TOKEN}",
    "user": f"""EXISTS (SELECT 1 FROM api_token t WHERE t.organisation_id = "user".organisation_id
        AND t.user_id = "user".id AND t.token_hash = {_TOKEN})""",
    "membership": f"""EXISTS (SELECT 1 FROM api_token t WHERE t.organisation_id = membership.organisation_id
        AND t.user_id = membership.user_id AND t.token_hash = {_TOKEN})""",
    "login_session": f"cookie_hash = {_TOKEN}",
    "sign_in_link": f"token_hash = {_TOKEN}",
    "training_session": f"code = {_TOKEN}",
    "local_account": f"login = {_LOGIN}",
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
    # An answer never changes; it goes with its session.
    "training_answer": "SELECT, INSERT, DELETE",
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
    """Let the rest of this transaction see the rows behind one secret, by its hash."""
    if is_walled(connection):
        connection.exec_driver_sql("SELECT set_config('app.token', %s, true)", (token_hash,))


def present_login(connection: Connection, login: str) -> None:
    """Let the rest of this transaction see the account of one name to sign in with."""
    if is_walled(connection):
        connection.exec_driver_sql("SELECT set_config('app.login', %s, true)", (login,))


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
            # A policy that names another table would keep that one from being dropped.
            for name in policies_of(connection, table):
                connection.exec_driver_sql(f'DROP POLICY "{name}" ON "{table}"')


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
        for name in policies_of(connection, table):
            connection.exec_driver_sql(f'DROP POLICY "{name}" ON "{table}"')
        connection.exec_driver_sql(
            f'CREATE POLICY organisation ON "{table}" USING ({_OWN}) WITH CHECK ({_OWN})'
        )
        if table in _BEFORE_BINDING:
            connection.exec_driver_sql(
                f'CREATE POLICY before_binding ON "{table}" FOR SELECT USING ({_BEFORE_BINDING[table]})'
            )
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
    forced = {*connection.exec_driver_sql(_FORCED).scalars()}
    for table in sorted(owned_tables(connection)):
        why = None
        if table not in forced:
            why = "has no row level security"
        elif policies_of(connection, table) != _expected(table):
            why = "has other row level security than it should"
        if why:
            raise StartRefused(
                f"The table '{table}' {why}. Run 'werkrelatie init' to put it back, and find out who "
                "changed it."
            )


_FORCED = """SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity
    AND relnamespace = current_schema()::regnamespace"""


def policies_of(connection: Connection, table: str) -> dict[str, tuple[str, ...]]:
    """Return the policies of a table by name: for what they are, and under which conditions."""
    found = connection.exec_driver_sql(
        "SELECT policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies "
        "WHERE schemaname = current_schema() AND tablename = %s",
        (table,),
    )
    return {name: (*words, _plain(using), _plain(check)) for name, *words, using, check in found}


def _expected(table: str) -> dict[str, tuple[str, ...]]:
    policies: dict[str, tuple[str, ...]] = {
        "organisation": ("PERMISSIVE", "{public}", "ALL", _plain(_OWN), _plain(_OWN))
    }
    if table in _BEFORE_BINDING:
        policies["before_binding"] = ("PERMISSIVE", "{public}", "SELECT", _plain(_BEFORE_BINDING[table]), "")
    return policies


def _plain(condition: str | None) -> str:
    """Leave out what PostgreSQL adds when it writes a condition back: brackets, casts, space."""
    return re.sub(r'::text|[\s()"]', "", condition or "").lower()


def refuse_mighty_role(connection: Connection) -> None:
    """Check that the role can neither ignore the walls nor take them down. Raises `StartRefused`."""
    why = connection.exec_driver_sql(_MIGHT).scalar()
    if why:
        raise StartRefused(
            f"The role '{role_of(connection)}' {why}, so the database could not keep organisations apart "
            f"or history safe. Serve as {SERVING_ROLE}, and use this role for 'werkrelatie init' only; see "
            "docs/operations.md."
        )


# Who is a member of a role can become that role; and who owns the schema can drop what is in it.
_MIGHT = """SELECT CASE
    WHEN EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper) THEN 'is a superuser'
    WHEN EXISTS (SELECT 1 FROM pg_roles WHERE rolsuper AND pg_has_role(oid, 'MEMBER'))
        THEN 'can become a superuser'
    WHEN EXISTS (SELECT 1 FROM pg_roles WHERE rolbypassrls AND pg_has_role(oid, 'MEMBER'))
        THEN 'may bypass row level security'
    ELSE coalesce(
        (SELECT format('owns the table ''%%s''', min(relname)) FROM pg_class WHERE relkind IN ('r', 'p')
            AND relnamespace = current_schema()::regnamespace AND pg_has_role(relowner, 'MEMBER')
            HAVING count(*) > 0),
        (SELECT format('owns the schema ''%%s''', nspname) FROM pg_namespace
            WHERE nspname = current_schema() AND pg_has_role(nspowner, 'MEMBER')))
    END"""


def may_build(connection: Connection) -> bool:
    """Tell whether this role can migrate: it owns all tables, or can make the first ones."""
    if not is_walled(connection):
        return True
    return bool(
        connection.exec_driver_sql(
            """SELECT coalesce(bool_and(pg_has_role(relowner, 'USAGE')),
                has_schema_privilege(current_schema(), 'CREATE'))
            FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"""
        ).scalar()
    )


def role_of(connection: Connection) -> str:
    """Return the role a connection works as; the embedded database has none."""
    if not is_walled(connection):
        return ""
    return str(connection.exec_driver_sql("SELECT current_user").scalar_one())


def refuse_second_organisation(connection: Connection) -> None:
    """Check that an embedded database holds the clients of one organisation. Raises `StartRefused`.

    It has no walls, so a fault of the program would show them to another.
    """
    if is_walled(connection):
        return
    slugs = connection.exec_driver_sql(
        "SELECT slug FROM organisation WHERE NOT demonstration ORDER BY created_at, id"
    ).scalars()
    if len(found := [*slugs]) > 1:
        raise StartRefused(
            f"An embedded database holds the clients of one organisation, and this one has "
            f"{len(found)}: {', '.join(found)}. Use PostgreSQL for several, or a data folder for each."
        )
