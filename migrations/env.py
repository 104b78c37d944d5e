"""Run migrations on the connection that is handed in, and end with the guards, on and tried."""

from alembic import context

from app.database.guards import bite, install
from app.models import assessments, organisations  # noqa: F401 - so that the metadata is complete
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
context.run_migrations()
install(connection)
bite(connection, alone=True)
