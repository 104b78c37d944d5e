"""What there is to see, by subject."""

from app.web.routes import (
    about,
    api,
    caseload,
    combinations,
    home,
    language_check,
    practice,
    record,
    stories,
)

PAGES = (home, practice, combinations, stories, about, language_check, api, caseload, record)
