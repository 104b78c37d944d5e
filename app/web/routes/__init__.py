"""What there is to see, by subject."""

from app.web.routes import (
    about,
    account,
    administration,
    administration_account,
    administration_teams,
    administration_tokens,
    advice_used,
    api,
    approach,
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
    reflections,
    second_factor,
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
    *(caseload, record, case, case_changes, corrections, advice_used, approach, reflections),
)
