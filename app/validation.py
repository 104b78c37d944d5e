"""Validation errors in our own words. What was sent is never repeated, not even a field's name."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.errors import FieldError, InvalidInput
from app.domain.texts import Text


def invalid_input(errors: Iterable[Mapping[str, Any]]) -> InvalidInput:
    """Turn what pydantic found into one refusal with all of it."""
    return InvalidInput(errors=[_field_error(error) for error in errors])


def _field_error(error: Mapping[str, Any]) -> FieldError:
    place, *path = error["loc"]
    kind = error["type"]
    code, text = _WORDS.get(kind, _OTHER)
    if kind == "extra_forbidden":
        # The name of an unknown field comes from the caller, and may say something about somebody.
        path = path[:-1]
    return FieldError(
        place=place if place in _PLACES else "body",
        location=_pointer(path) if place == "body" else str(path[0] if path else ""),
        code=code,
        detail=_filled(text, error.get("ctx", {})),
    )


_PLACES = ("body", "query", "path", "header")


def _pointer(path: list[Any]) -> str:
    return "/".join(["#", *(str(part).replace("~", "~0").replace("/", "~1") for part in path)])


def _filled(text: Text, context: Mapping[str, Any]) -> Text:
    """Fill in a limit, or the options. Both come from the contract, never from the input."""
    limit = next((context[name] for name in _LIMITS if name in context), "")
    options = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    return Text(
        nl=text.nl.format(limit=limit, options=options),
        en=text.en.format(limit=limit, options=options),
    )


_LIMITS = ("max_length", "min_length", "ge", "le", "gt", "lt")

_OTHER = ("invalid", Text(nl="Dit kan zo niet.", en="This cannot be right."))
_WRONG_TYPE = (
    "wrong_type",
    Text(nl="Dit is niet het soort waarde dat hier hoort.", en="This is another kind of value."),
)
_NOT_AN_OPTION = (
    "not_an_option",
    Text(nl="Kies een van: {options}.", en="Choose one of: {options}."),
)
_NOT_AN_ID = ("not_an_id", Text(nl="Dit is geen id.", en="This is not an id."))
_EMPTY = ("empty", Text(nl="Vul hier iets in, of laat het veld weg.", en="Fill this in, or leave it out."))
_TOO_LONG = ("too_long", Text(nl="Hooguit {limit} tekens.", en="At most {limit} characters."))
_AT_LEAST = ("out_of_range", Text(nl="Minstens {limit}.", en="At least {limit}."))
_AT_MOST = ("out_of_range", Text(nl="Hooguit {limit}.", en="At most {limit}."))
_NUMBER = ("not_a_number", Text(nl="Stuur een heel getal.", en="Send a whole number."))
_CHARACTER = (
    "character_not_allowed",
    Text(
        nl="Hier staat een teken dat niet mag, zoals een onzichtbaar stuurteken.",
        en="There is a character that is not allowed, such as an invisible control character.",
    ),
)

_WORDS: dict[str, tuple[str, Text]] = {
    "missing": ("missing", Text(nl="Dit veld ontbreekt.", en="This field is missing.")),
    "extra_forbidden": (
        "unknown_field",
        Text(
            nl="Hier staat een veld of filter dat we niet kennen. Controleer de namen.",
            en="There is a field or filter here that we do not know. Check the names.",
        ),
    ),
    "enum": _NOT_AN_OPTION,
    "literal_error": _NOT_AN_OPTION,
    "string_type": _WRONG_TYPE,
    "int_type": _WRONG_TYPE,
    "bool_type": _WRONG_TYPE,
    "model_type": _WRONG_TYPE,
    "model_attributes_type": _WRONG_TYPE,
    "dict_type": _WRONG_TYPE,
    "list_type": _WRONG_TYPE,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "string_too_short": _EMPTY,
    "blank": _EMPTY,
    "string_too_long": _TOO_LONG,
    "too_short": ("too_few", Text(nl="Kies er minstens {limit}.", en="Choose at least {limit}.")),
    "too_long": ("too_many", Text(nl="Kies er hooguit {limit}.", en="Choose at most {limit}.")),
    "greater_than": _AT_LEAST,
    "greater_than_equal": _AT_LEAST,
    "less_than": _AT_MOST,
    "less_than_equal": _AT_MOST,
    "uuid_parsing": _NOT_AN_ID,
    "uuid_type": _NOT_AN_ID,
    "string_pattern_mismatch": (
        "wrong_form",
        Text(
            nl="Dit heeft niet de vorm die hier hoort. Zie de beschrijving van dit veld.",
            en="This does not have the form that belongs here. See the description of this field.",
        ),
    ),
    "string_unicode": _CHARACTER,
    "surrogate": _CHARACTER,
    "control_character": _CHARACTER,
    "direction_character": _CHARACTER,
    "noncharacter": _CHARACTER,
    "looks_like_bsn": (
        "looks_like_bsn",
        Text(
            nl="Hier staat een getal dat een burgerservicenummer (BSN) kan zijn. Dat leggen we nooit vast: "
            "haal het weg.",
            en="There is a number here that can be a citizen number (BSN). We never record one: take it out.",
        ),
    ),
    "looks_like_email": (
        "looks_like_email",
        Text(
            nl="Een verwijzing mag geen e-mailadres bevatten. Neem de code uit je eigen systeem.",
            en="A reference must not hold an e-mail address. Take the code from your own system.",
        ),
    ),
    "not_an_email": (
        "not_an_email",
        Text(
            nl="Dit is geen e-mailadres. Een e-mailadres is bijvoorbeeld naam@organisatie.nl.",
            en="This is no e-mail address. An e-mail address is for example name@organisation.nl.",
        ),
    ),
    "looks_like_iban": (
        "looks_like_iban",
        Text(
            nl="Een verwijzing mag geen rekeningnummer (IBAN) bevatten. Neem de code uit je eigen systeem.",
            en="A reference must not hold an account number (IBAN). Take the code from your own system.",
        ),
    ),
    "looks_like_phone": (
        "looks_like_phone",
        Text(
            nl="Een verwijzing mag geen telefoonnummer bevatten. Neem de code uit je eigen systeem.",
            en="A reference must not hold a phone number. Take the code from your own system.",
        ),
    ),
    "nickname_of_somebody": (
        "nickname_of_somebody",
        Text(
            nl="Kies een bijnaam zonder nummer of e-mailadres waaraan iemand je kan herkennen.",
            en="Choose a nickname without a number or e-mail address by which people can tell who you are.",
        ),
    ),
    "moment": (
        "not_a_moment",
        Text(
            nl="Stuur een bestaand moment met tijdzone, zoals 2026-11-20T10:00:00+01:00.",
            en="Send an existing moment with its zone, such as 2026-11-20T10:00:00+01:00.",
        ),
    ),
    "moment_too_early": (
        "out_of_range",
        Text(nl="Dit moment ligt vóór 1900.", en="This moment is before 1900."),
    ),
    "nothing_to_change": (
        "nothing_to_change",
        Text(
            nl="Zeg wat er verandert: vul ten minste één veld in.",
            en="Say what changes: fill in at least one field.",
        ),
    ),
    "closing_answer": (
        "closing_answer",
        Text(
            nl="Bij sluiten hoort het antwoord op de slotvraag ('closing_answer'), en alleen daarbij.",
            en="Closing goes with the answer to the closing question ('closing_answer'), nothing else does.",
        ),
    ),
    "retention_years": (
        "retention_years",
        Text(
            nl="Een aantal jaren hoort bij 'other', en alleen daarbij.",
            en="A number of years goes with 'other', and with nothing else.",
        ),
    ),
    "refusal_ground": (
        "refusal_ground",
        Text(
            nl="Bij een afwijzing hoort een grond ('refusal_ground'), en alleen daarbij.",
            en="A refusal has a ground ('refusal_ground'), and nothing else has.",
        ),
    ),
    "question_missing": (
        "question_missing",
        Text(
            nl="Bij 'was', 'became' en 'answer' hoort een 'question': problem, help_request of "
            "share_in_solution.",
            en="With 'was', 'became' and 'answer' goes a 'question': problem, help_request or "
            "share_in_solution.",
        ),
    ),
    "signal_of_now": (
        "signal_of_now",
        Text(
            nl="Een signaal is van nu. Laat 'at' weg, of zie de signalen van toen bij elk verloop zelf.",
            en="A signal is of now. Leave out 'at', or see the signals of then with each thread itself.",
        ),
    ),
    "no_ranking": (
        "no_ranking",
        Text(
            nl="Een rapport gaat nooit over één hulpverlener: het zou collega's met elkaar vergelijken.",
            en="A report is never about one practitioner: it would compare colleagues.",
        ),
    ),
    "judged_type": (
        "judged_type",
        Text(
            nl="Er is een reden voor een eigen oordeel, maar het oordeel zelf ontbreekt.",
            en="There is a reason for an own judgement, but the judgement itself is missing.",
        ),
    ),
    "answers_or_retracted": (
        "answers_or_retracted",
        Text(
            nl="Stuur andere antwoorden, of 'retracted' zonder antwoorden.",
            en="Send other answers, or 'retracted' without answers.",
        ),
    ),
    "declined_reason": (
        "declined_reason",
        Text(
            nl="Zeg erbij waarom je dit niet gebruikt: daar leren anderen van.",
            en="Say why you do not use this: others learn from it.",
        ),
    ),
    "task_without_type": (
        "task_without_type",
        Text(
            nl="Zonder type past er geen opdracht. Kies een ander soort advies, of laat 'unclear' weg.",
            en="Without a type no task fits. Choose another kind, or leave out 'unclear'.",
        ),
    ),
    "thread_without_case": (
        "thread_without_case",
        Text(
            nl="Bij 'thread_id' hoort 'case_id': stuur ze allebei.",
            en="With 'thread_id' goes 'case_id': send both.",
        ),
    ),
}
