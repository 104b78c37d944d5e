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
    attention,
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
    reflections,
    reports,
    rounds,
    second_factor,
    second_opinions,
    setup,
    sign_in,
    signals,
    stories,
    trainings,
    welcome,
)

PAGES = (
    *(home, practice, combinations, stories, rounds, join, about, signals, language_check, api),
    *(sign_in, confirm, welcome, second_factor, setup, account),
    *(administration, administration_account, administration_teams, administration_tokens),
<<<<<<< HEAD
    trainings,
    *(caseload, attention, reports, record, case, case_changes, corrections),
    *(advice_used, approach, reflections, second_opinions),
=======
    *(caseload, attention, reports, record, case, case_changes, corrections, second_opinions),
>>>>>>> reports
)
