"""What there is to see, by subject."""

from app.web.routes import (
    administration,
    administration_account,
    administration_teams,
    administration_tokens,
    home,
)

PAGES = (
    home,
    administration,
    administration_account,
    administration_teams,
    administration_tokens,
)
