"""What there is to see, by subject."""

from app.web.routes import case, case_changes, corrections, home

PAGES = (home, case, case_changes, corrections)
