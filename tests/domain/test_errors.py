from collections.abc import Iterator

import pytest

from app.domain.errors import Conflict, DomainError, FieldError, InvalidInput, NotFound, NotPermitted
from app.domain.texts import Language, Text


def _children(parent: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in parent.__subclasses__():
        if child.__module__ == DomainError.__module__:  # other modules may have kinds of their own
            yield child
            yield from _children(child)


ERRORS = [error for error in _children(DomainError) if hasattr(error, "code")]


def test_errors_have_a_code_unless_they_only_group_others() -> None:
    assert [error for error in _children(DomainError) if error not in ERRORS] == [Conflict]


def test_error_codes_are_unique_and_fit_in_an_address() -> None:
    codes = [error.code for error in ERRORS]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not code.replace("-", "").isalpha() or code != code.lower()] == []


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_error_has_a_title_and_a_sentence_in_both_languages(error: type[DomainError]) -> None:
    for text in (error.title, error.detail):
        assert all(text[language].strip() for language in Language)
        assert text.nl != text.en
    assert all(error.detail[language].endswith(".") for language in Language)
    assert not any(error.title[language].endswith(".") for language in Language)


@pytest.mark.parametrize("language", Language)
def test_error_titles_and_details_are_told_apart(language: Language) -> None:
    assert len({error.title[language] for error in ERRORS}) == len(ERRORS)
    assert len({error.detail[language] for error in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_error_is_raised_as_a_class_with_its_own_words(error: type[DomainError]) -> None:
    with pytest.raises(error) as caught:
        raise error
    assert (str(caught.value), caught.value.detail, caught.value.errors) == (error.code, error.detail, ())


def test_error_can_say_it_in_other_words_for_one_occasion() -> None:
    words = Text(nl="Die is er niet.", en="It is not there.")
    assert NotFound(words).detail == words
    assert NotFound().detail == NotFound.detail != words


def test_invalid_input_lists_everything_that_is_wrong() -> None:
    missing = FieldError("body", "#/answers", "missing", Text(nl="Ontbreekt.", en="Is missing."))
    unknown = FieldError("query", "colour", "unknown", Text(nl="Bestaat niet.", en="Does not exist."))
    error = InvalidInput(errors=[missing, unknown])
    assert (error.detail, error.errors) == (InvalidInput.detail, (missing, unknown))


def test_not_permitted_says_what_the_role_does_not_allow() -> None:
    error = NotPermitted.to(Text(nl="dossiers lezen", en="read cases"))
    assert error.detail == Text(
        nl="Met je rol kun je niet dossiers lezen. Vraag een collega met een andere rol.",
        en="Your role does not let you read cases. Ask a colleague with another role.",
    )
