"""What there is to see, by subject."""

from app.web.routes import (
    about,
    account,
    administration,
    administration_account,
    administration_teams,
    administration_tokens,
    api,
    case,
    case_changes,
    caseload,
    combinations,
    confirm,
    corrections,
    home,
    join,
    language_check,
    practice,
    record,
    rounds,
    second_factor,
    setup,
    sign_in,
    stories,
    trainings,
    welcome,
)

PAGES = (
    *(home, practice, combinations, stories, rounds, join, about, language_check, api),
    *(sign_in, confirm, welcome, second_factor, setup, account),
    *(administration, administration_account, administration_teams, administration_tokens),
    *(trainings,),
    *(caseload, record, case, case_changes, corrections),
)
