"""What there is to see, by subject."""

from app.web.routes import (
    about,
    account,
    administration,
    administration_account,
    administration_teams,
    administration_tokens,
    api,
    attention,
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
    reports,
    second_factor,
    second_opinions,
    setup,
    sign_in,
    signals,
    stories,
    welcome,
)

PAGES = (
    *(home, practice, combinations, stories, about, signals, language_check, api),
    *(sign_in, confirm, welcome, second_factor, setup, account),
    *(administration, administration_account, administration_teams, administration_tokens),
    *(caseload, attention, reports, record, case, case_changes, corrections, second_opinions),
)
