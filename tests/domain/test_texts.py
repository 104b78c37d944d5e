import pytest

from app.domain.texts import Language, Text, joined


def test_text_is_read_by_language() -> None:
    text = Text(nl="klant", en="customer")
    assert {language: text[language] for language in Language} == {"nl": "klant", "en": "customer"}


def test_filled_puts_each_language_in_its_own() -> None:
    sentence = Text(nl="{who} vraagt {what}.", en="{who} asks for {what}.")
    assert sentence.filled(
        who=Text(nl="Moeder", en="Mother"), what=Text(nl="hulp", en="help"), unused=Text(nl="-", en="-")
    ) == Text(nl="Moeder vraagt hulp.", en="Mother asks for help.")


def test_filled_leaves_braces_in_what_it_fills_in_alone() -> None:
    assert Text(nl="'{what}'", en="'{what}'").filled(what=Text(nl="{x}", en="{y}")) == Text(
        nl="'{x}'", en="'{y}'"
    )


def test_filled_does_not_pass_over_a_placeholder_without_a_text() -> None:
    with pytest.raises(KeyError, match="what"):
        Text(nl="{what}", en="{what}").filled()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], Text(nl="", en="")),
        ([("een", "one")], Text(nl="een", en="one")),
        ([("een", "one"), ("twee", "two")], Text(nl="een, twee", en="one, two")),
    ],
)
def test_joined_joins_per_language(names: list[tuple[str, str]], expected: Text) -> None:
    assert joined([Text(nl, en) for nl, en in names]) == expected


def test_joined_takes_another_separator() -> None:
    texts = [Text(nl="een", en="one"), Text(nl="twee", en="two")]
    assert joined(texts, " / ") == Text(nl="een / twee", en="one / two")
