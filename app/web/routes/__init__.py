"""What there is to see, by subject."""

from app.web.routes import account, confirm, home, second_factor, setup, sign_in, welcome

PAGES = (home, sign_in, confirm, welcome, second_factor, setup, account)
