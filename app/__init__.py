"""Werkrelatie: record, classify and follow working relationships in social work."""
