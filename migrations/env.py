"""Run migrations on the connection that is handed in, and end with guards and walls, up and tried."""

from alembic import context

from app.database.bite import bite
from app.database.guards import install, lift
from app.database.walls import put_up, take_down
from app.models import (  # noqa: F401 - for the metadata
    access_log,
    assessments,
    idempotency,
    ledger,
    logins,
    own_approach,
    reflections,
    rights,
    second_opinions,
    training,
)
from app.models.base import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
lift(connection)
take_down(connection)
context.run_migrations()
install(connection)
put_up(connection)
bite(connection, alone=True)
