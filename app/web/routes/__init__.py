"""What there is to see, by subject."""

from app.web.routes import api, home, language_check

PAGES = (home, language_check, api)
