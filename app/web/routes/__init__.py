"""What there is to see, by subject."""

from app.web.routes import (
    about,
    account,
    api,
    case,
    case_changes,
    caseload,
    combinations,
    confirm,
    corrections,
    home,
    language_check,
    practice,
    record,
    second_factor,
    setup,
    sign_in,
    stories,
    welcome,
)

PAGES = (
    *(home, practice, combinations, stories, about, language_check, api),
    *(sign_in, confirm, welcome, second_factor, setup, account),
    *(caseload, record, case, case_changes, corrections),
)
