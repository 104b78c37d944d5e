"""The database: engines, the one transaction, sessions bound to an organisation, schema, guards."""

from app.database.engine import Database, OrganisationSession, open_database, transaction

__all__ = ["Database", "OrganisationSession", "open_database", "transaction"]
