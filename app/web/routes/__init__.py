"""What there is to see, by subject."""

from app.web.routes import about, caseload, combinations, home, practice, record, stories

PAGES = (home, practice, combinations, stories, about, caseload, record)
