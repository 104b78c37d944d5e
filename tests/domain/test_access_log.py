"""The access log in words: every event, role and reason has its sentence in both languages."""

import re

import pytest

from app.domain.access_log import BASIS_SENTENCES, DEEDS, Basis, Command, Outcome, SignIn
from app.domain.access_review import FINDING_SENTENCES, Finding
from app.domain.roles import ROLE_LABELS, Permission, Role
from app.domain.texts import Language, Text
from app.domain.told import EXPLANATION, reason_of, somebody_of, told

EVENTS = [*Permission, *Command, *SignIn]


def test_every_event_role_basis_and_finding_has_words() -> None:
    assert set(DEEDS) == {*Permission, *Command, *SignIn}
    assert set(ROLE_LABELS) == {*Role}
    assert set(BASIS_SENTENCES) == {*Basis}
    assert set(FINDING_SENTENCES) == {*Finding}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_is_told_in_a_sentence(event: str, language: Language) -> None:
    for role in (*Role, None):
        sentence = told(event, Outcome.GRANTED, somebody_of("Wijkteam {Noord}", role))[language]
        assert re.fullmatch(
            r"[A-Z][^.]+ (van|of) Wijkteam \{Noord\}( beheert,)? (heeft|has) [^.]+\.", sentence
        )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("event", Permission)
def test_every_refusal_is_told_as_such(event: str, language: Language) -> None:
    sentence = told(event, Outcome.DENIED, somebody_of("Wijkteam Noord", Role.TRAINER))[language]
    assert sentence.endswith(("Dat is geweigerd.", "That was refused."))
    reason = reason_of(Basis.ASSIGNMENT, Outcome.DENIED)
    assert reason is not None
    assert reason[language].startswith(("Dit mocht niet", "This was not allowed"))


def test_no_two_events_are_told_alike_but_the_two_ways_to_make_a_copy() -> None:
    for language in Language:
        sentences = [DEEDS[event].done[language] for event in EVENTS]
        assert len(set(sentences)) == len(sentences) - 1


def test_the_sentences_as_a_client_reads_them() -> None:
    who = somebody_of("Wijkteam Noord", Role.PRACTITIONER)
    read = told(Permission.READ_THREADS, Outcome.GRANTED, who)
    assert read.nl == "Een hulpverlener van Wijkteam Noord heeft het verloop bekeken."
    assert read.en == "A practitioner of Wijkteam Noord has looked at how things went."
    refused = told(Permission.RECORD_ASSESSMENT, Outcome.DENIED, who)
    assert (
        refused.nl
        == "Een hulpverlener van Wijkteam Noord wilde een inschatting vastleggen. Dat is geweigerd."
    )
    backup = told(Command.BACKUP, Outcome.GRANTED, somebody_of("Wijkteam Noord", None))
    assert backup.nl == "Iemand die de computer van Wijkteam Noord beheert, heeft een reservekopie gemaakt."
    program = somebody_of("Wijkteam Noord", Role.ADMIN, program=True)
    assert told(Permission.READ_CASES, Outcome.GRANTED, program).nl == (
        "Een programma van Wijkteam Noord, in de rol van een beheerder, heeft het dossier bekeken."
    )


def test_the_explanation_is_short() -> None:
    for language in Language:
        sentences = re.split(r"[.?] ", EXPLANATION[language])
        assert max(len(sentence.split()) for sentence in sentences) <= 16


def test_whatever_can_be_refused_is_told_in_a_sentence() -> None:
    for event in (*Permission, *SignIn):
        sentence = told(event, Outcome.DENIED, Text(nl="iemand", en="somebody"))
        assert sentence.nl.startswith("Iemand wilde ")
        assert sentence.en.startswith("Somebody wanted to ")
