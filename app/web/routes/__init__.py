"""What there is to see, by subject."""

from app.web.routes import caseload, home

PAGES = (home, caseload)
