"""What there is to see, by subject."""

from app.web.routes import (
    account,
    administration,
    administration_account,
    administration_teams,
    administration_tokens,
    confirm,
    home,
    second_factor,
    setup,
    sign_in,
    welcome,
)

PAGES = (
    home,
    sign_in,
    confirm,
    welcome,
    second_factor,
    setup,
    account,
    administration,
    administration_account,
    administration_teams,
    administration_tokens,
)
