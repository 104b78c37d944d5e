"""The database: engines, the one transaction, sessions bound to an organisation, schema, guards."""

from app.database.engine import Database, drop_remnants, open_database, transaction
from app.database.sessions import OrganisationSession

__all__ = ["Database", "OrganisationSession", "drop_remnants", "open_database", "transaction"]
