"""The database: engines, the one transaction, sessions bound to an organisation, schema, guards."""

from app.database.engine import Database, open_database, transaction
from app.database.sessions import OrganisationSession

__all__ = ["Database", "OrganisationSession", "open_database", "transaction"]
