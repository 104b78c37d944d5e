"""What there is to see, by subject."""

from app.web.routes import home, record

PAGES = (home, record)
