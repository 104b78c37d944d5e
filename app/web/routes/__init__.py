"""What there is to see, by subject."""

from app.web.routes import home, language_check

PAGES = (home, language_check)
