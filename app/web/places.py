"""The addresses of all pages, in both languages. Nothing personal stands in one."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from urllib.parse import quote, urlencode

from app.domain.texts import Language, Text
from app.domain.training import JOIN_ADDRESS
from app.web.answer_words import translated_words

PLACES = {
    "home": Text(nl="/", en="/"),
    # Open to all.
    "practice": Text(nl="/oefenen", en="/practice"),
    "practice_answers": Text(nl="/oefenen/{answers}", en="/practice/{answers}"),
    "combinations": Text(nl="/combinaties", en="/combinations"),
    "stories": Text(nl="/verhalen", en="/stories"),
    "story": Text(nl="/verhalen/{id}", en="/stories/{id}"),
    "round": Text(nl="/ronde", en="/round"),
    # Taking part in a training, with its code.
    "join_by_code": Text(nl="/meedoen", en="/join"),
    "join": JOIN_ADDRESS,
    "join_answer": Text(nl="/meedoen/{code}/antwoord", en="/join/{code}/answer"),
    "screen": Text(nl="/meedoen/{code}/scherm", en="/join/{code}/screen"),
    "sources": Text(nl="/bronnen", en="/sources"),
    "language_check": Text(nl="/taalcheck", en="/language-check"),
    "signals": Text(nl="/signalen", en="/signals"),
    "api": Text(nl="/api", en="/api"),
    "accessibility": Text(nl="/toegankelijkheid", en="/accessibility"),
    "display": Text(nl="/weergave", en="/display"),
    # Signing in, and what everybody does with their own account.
    "sign_in": Text(nl="/inloggen", en="/sign-in"),
    "second_step": Text(nl="/inloggen/code", en="/sign-in/code"),
    "confirm": Text(nl="/bevestigen", en="/confirm"),
    "sign_out": Text(nl="/uitloggen", en="/sign-out"),
    "welcome": Text(nl="/welkom/{token}", en="/welcome/{token}"),
    "choose_password": Text(nl="/welkom", en="/welcome"),
    "setup": Text(nl="/inrichten/{token}", en="/setup/{token}"),
    "enrol_factor": Text(nl="/tweede-stap", en="/second-step"),
    "account": Text(nl="/mijn-account", en="/my-account"),
    "account_password": Text(nl="/mijn-account/wachtwoord", en="/my-account/password"),
    "account_codes": Text(nl="/mijn-account/herstelcodes", en="/my-account/recovery-codes"),
    "account_role": Text(nl="/mijn-account/rol", en="/my-account/role"),
    "account_session": Text(nl="/mijn-account/sessies/{id}", en="/my-account/sessions/{id}"),
    # Cases.
    "caseload": Text(nl="/dossiers", en="/cases"),
    "caseload_csv": Text(nl="/dossiers.csv", en="/cases.csv"),
    "attention": Text(nl="/aandacht", en="/attention"),
    "case": Text(nl="/dossiers/{id}", en="/cases/{id}"),
    "case_close": Text(nl="/dossiers/{id}/sluiten", en="/cases/{id}/close"),
    "case_reopen": Text(nl="/dossiers/{id}/heropenen", en="/cases/{id}/reopen"),
    "case_hand_over": Text(nl="/dossiers/{id}/overdragen", en="/cases/{id}/hand-over"),
    "correct": Text(nl="/inschattingen/{id}/verbeteren", en="/assessments/{id}/correct"),
    "undo": Text(nl="/inschattingen/{id}/ongedaan", en="/assessments/{id}/undo"),
    "advice_used": Text(nl="/inschattingen/{id}/gebruikt", en="/assessments/{id}/used"),
    # To think by.
    "reflections": Text(nl="/mijn-reflecties", en="/my-reflections"),
    "reflection_share": Text(nl="/mijn-reflecties/{id}/delen", en="/my-reflections/{id}/share"),
    "reflection_delete": Text(nl="/mijn-reflecties/{id}/verwijderen", en="/my-reflections/{id}/delete"),
    # The approach of the organisation.
    "approach": Text(nl="/aanpak", en="/approach"),
    "own_entry_new": Text(nl="/aanpak/nieuw", en="/approach/new"),
    "hide_entry": Text(nl="/aanpak/verbergen", en="/approach/hide"),
    "own_entry": Text(nl="/aanpak/{id}", en="/approach/{id}"),
    "signal_settings": Text(nl="/signalen/instellen", en="/signals/settings"),
    # Second opinions.
    "second_opinions": Text(nl="/tweede-inschattingen", en="/second-opinions"),
    "second_opinion": Text(nl="/tweede-inschattingen/{id}", en="/second-opinions/{id}"),
    "second_opinion_withdraw": Text(
        nl="/tweede-inschattingen/{id}/intrekken", en="/second-opinions/{id}/withdraw"
    ),
    "second_opinion_ask": Text(
        nl="/inschattingen/{id}/tweede-inschatting", en="/assessments/{id}/second-opinion"
    ),
    # Reports.
    "reports": Text(nl="/rapporten", en="/reports"),
    # Recording.
    "record": Text(nl="/vastleggen", en="/record"),
    "record_in_case": Text(nl="/dossiers/{id}/vastleggen", en="/cases/{id}/record"),
    "recorded": Text(nl="/vastgelegd/{id}", en="/recorded/{id}"),
    # Giving a training.
    "trainings": Text(nl="/training", en="/training"),
    "training": Text(nl="/training/{code}", en="/training/{code}"),
    "training_results": Text(nl="/training/{code}/uitkomst", en="/training/{code}/results"),
    "training_answers": Text(nl="/training/{code}/antwoorden.csv", en="/training/{code}/answers.csv"),
    # Administration.
    "accounts": Text(nl="/beheer", en="/administration"),
    "account_new": Text(nl="/beheer/uitnodigen", en="/administration/invite"),
    "account_of": Text(nl="/beheer/accounts/{id}", en="/administration/accounts/{id}"),
    "account_link": Text(nl="/beheer/accounts/{id}/link", en="/administration/accounts/{id}/link"),
    "account_block": Text(nl="/beheer/accounts/{id}/blokkade", en="/administration/accounts/{id}/block"),
    "account_roles": Text(nl="/beheer/accounts/{id}/rollen", en="/administration/accounts/{id}/roles"),
    "account_reset": Text(
        nl="/beheer/accounts/{id}/tweede-stap", en="/administration/accounts/{id}/second-step"
    ),
    "account_grant": Text(
        nl="/beheer/accounts/{id}/tweede-stap/toestaan",
        en="/administration/accounts/{id}/second-step/allow",
    ),
    "account_sessions": Text(nl="/beheer/accounts/{id}/sessies", en="/administration/accounts/{id}/sessions"),
    "teams": Text(nl="/beheer/teams", en="/administration/teams"),
    "tokens": Text(nl="/beheer/sleutels", en="/administration/tokens"),
    "token_revoke": Text(nl="/beheer/sleutels/{id}/intrekken", en="/administration/tokens/{id}/revoke"),
}
"""Every page by name; `{...}` is filled in, and so is the language in front of it."""

_WORDS: dict[str, Callable[[str, Language], str]] = {"answers": translated_words}
"""What fills a gap with words, and so has to be translated too. Everything else is the same everywhere."""

_GAP = re.compile(r"\{(\w+)\}")


Query = Mapping[str, object] | Iterable[tuple[str, object]] | None


def address(place: str, language: Language, *, query: Query = None, **gaps: object) -> str:
    """Return the address of a page. What is `None` or empty in `query` is left out."""
    path = _GAP.sub(lambda gap: quote(str(gaps[gap[1]]), safe=""), f"/{language}{PLACES[place][language]}")
    pairs = query.items() if isinstance(query, Mapping) else query or ()
    asked = urlencode([(name, value) for name, value in pairs if value not in (None, "")])
    return f"{path}?{asked}" if asked else path


def other(language: Language) -> Language:
    """Return the other language."""
    return Language.EN if language is Language.NL else Language.NL


def translated(path: str, language: Language) -> str:
    """Return the address of the same page in another language; of no page: the way in."""
    for pattern, place in _patterns(other(language)):
        if found := pattern.fullmatch(path):
            gaps = {name: _in_words(name, value, language) for name, value in found.groupdict().items()}
            return f"/{language}{PLACES[place][language].format(**gaps)}"
    return f"/{language}/"


def _in_words(gap: str, value: str, language: Language) -> str:
    return _WORDS[gap](value, language) if gap in _WORDS else value


def place_of(path: str) -> str | None:
    """Return which page of ours an address is of, without its query; of none: `None`."""
    for language in Language:
        for pattern, place in _patterns(language):
            if pattern.fullmatch(path):
                return place
    return None


@cache
def _patterns(language: Language) -> list[tuple[re.Pattern[str], str]]:
    """Return how to recognise each page, those without gaps first."""
    places = sorted(PLACES, key=lambda place: PLACES[place][language].count("{"))
    return [(_recognises(f"/{language}{PLACES[place][language]}"), place) for place in places]


def _recognises(path: str) -> re.Pattern[str]:
    parts = _GAP.split(path)
    # Words and names of gaps in turn.
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    )
