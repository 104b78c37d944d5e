"""The rules at the head of plain_language.toml, each as a table; and what holds for every text."""

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.plain_language import Reader, Term, allows, check, folded, is_expression
from app.domain.texts import Language, Text
from app.knowledge import load_knowledge

EVERYBODY = tuple(Reader)


def term(
    id_: str,
    *forms: str,
    allowed_in: tuple[str, ...] = (),
    language: Language = Language.NL,
    audience: tuple[Reader, ...] = EVERYBODY,
) -> Term:
    text = Text(nl=id_, en=id_)
    return Term(id_, language, forms, allowed_in, text, text, audience, ("inf",))


TERMS = (
    term("weak", "kwetsbaar", "kwetsbare"),
    term("group", "kwetsbare groep", "zeer kwetsbare groep mensen"),
    term("network", "netwerk", "netwerken", allowed_in=("draadloos netwerk", "netwerk-kabel")),
    term("parent", "moeder", "vader", allowed_in=("zijn moeder", "vader en moeder", "moeder van")),
    term("control", "eigen regie", "regie over"),
    term("history", "casuïstiek"),
    term("street", "straße"),
    term("seat", "in z'n stoel"),
    term("age", "leeftijd-passend"),
    term("request", "hulpvraag", audience=(Reader.CLIENT,)),
    term("case", "case", "caseload", language=Language.EN),
)


def found(text: str, language: Language = Language.NL, audience: Reader = Reader.CLIENT) -> list[str]:
    """The words of a text that get a hint."""
    return [text[hint.start : hint.end] for hint in check(TERMS, text, language, audience)]


# ---------------------------------------------------------------- what is found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Whole words.
        ("Zij is kwetsbaar.", ["kwetsbaar"]),
        ("kwetsbaar", ["kwetsbaar"]),
        ("onkwetsbaar, kwetsbaars, kwetsbaar2, kwetsbaar_", []),
        ("(kwetsbaar)/netwerk;moeder", ["kwetsbaar", "netwerk", "moeder"]),
        ("het netwerk's en netwerk-beheer", ["netwerk", "netwerk"]),
        # Another mark makes another word.
        ("kwetsbáár, netwerk\u0308", []),
        # Capitals, also those that change length.
        ("KWETSBAAR Kwetsbaar", ["KWETSBAAR", "Kwetsbaar"]),
        ("de STRASSE, de straße, de Stra\u1e9ee", ["STRASSE", "straße", "Stra\u1e9ee"]),
        ("İİİ netwerk", ["netwerk"]),
        ("😀😀 netwerk", ["netwerk"]),
        # Marks in one character or in two.
        ("casuïstiek CASUÏSTIEK", ["casuïstiek", "CASUÏSTIEK"]),
        ("casui\u0308stiek", ["casui\u0308stiek"]),
        ("casuistiek", []),
        # Soft hyphens and what has no width.
        ("kwets\u00adbaar, \u200bnet\u200bwerk\u200b", ["kwets\u00adbaar", "net\u200bwerk"]),
        # Apostrophes of both kinds.
        ("in z'n stoel, in z’n stoel", ["in z'n stoel", "in z’n stoel"]),
        # Hyphens that do not break.
        ("leeftijd-passend leeftijd\u2011passend", ["leeftijd-passend", "leeftijd\u2011passend"]),
        # White space inside an expression, but no new paragraph.
        ("eigen  regie", ["eigen  regie"]),
        ("eigen\u00a0regie", ["eigen\u00a0regie"]),
        ("eigen\n\tregie", ["eigen\n\tregie"]),
        ("eigen\r\nregie", ["eigen\r\nregie"]),
        ("eigen\n\nregie", []),
        ("eigen\r\n \r\nregie", []),
        ("eigen\u2029regie", []),
        ("eigen, regie", []),
        # A word that a line end took apart, with its own hyphen or one of the line end.
        ("kwets-\nbaar", ["kwets-\nbaar"]),
        ("kwets- \r\n  baar", ["kwets- \r\n  baar"]),
        ("kwets\u00ad\nbaar", ["kwets\u00ad\nbaar"]),
        ("leeftijd-\npassend", ["leeftijd-\npassend"]),
        ("leef-\ntijd-passend", ["leef-\ntijd-passend"]),
        ("kwets-\n\nbaar, kwets- baar", []),
        # Half of it is no word.
        ("kennis-\nnetwerk, netwerk-\nkaart", []),
        # The longest form counts, wherever it begins.
        ("een kwetsbare groep", ["kwetsbare groep"]),
        ("een zeer kwetsbare groep mensen", ["zeer kwetsbare groep mensen"]),
        ("een zeer kwetsbare groep", ["kwetsbare groep"]),
        ("eigen regie over", ["eigen regie"]),
        ("kwetsbare kwetsbare groep", ["kwetsbare", "kwetsbare groep"]),
    ],
)
def test_check_finds_whole_words_however_they_are_written(text: str, words: list[str]) -> None:
    assert found(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zijn moeder kwam.", []),
        ("Zijn\nmoeder kwam, moeder niet.", ["moeder"]),
        ("vader en moeder", []),
        ("moeder van Sara", []),
        ("moeder vandaag", ["moeder"]),
        ("zijn moederdag", []),
        ("een draadloos netwerk, een netwerk-kabel", []),
        ("netwerk-\nkabel", []),
        # Two that overlap.
        ("vader en moeder van Sara", []),
        # What allows one word does not allow another one.
        ("zijn kwetsbare moeder, zijn moeder kwetsbaar", ["kwetsbare", "moeder", "kwetsbaar"]),
    ],
)
def test_check_leaves_a_word_alone_where_it_is_fine(text: str, words: list[str]) -> None:
    assert found(text) == words


def test_check_allows_a_word_only_for_the_term_that_allows_it() -> None:
    terms = (term("a", "kracht", allowed_in=("kracht van de groep",)), term("b", "groep"))
    assert [hint.term.id for hint in check(terms, "de kracht van de groep", Language.NL, Reader.CLIENT)] == [
        "b"
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ze zei: 'Ik ben kwetsbaar.'", []),
        ('Ze zei: "Ik ben kwetsbaar."', []),
        ("Ze zei: ‘Ik ben kwetsbaar.’", []),
        ("Ze zei: “Ik ben kwetsbaar.”", []),
        ("Ze zei: „Ik ben kwetsbaar.”", []),
        ("Ze zei: „Ik ben kwetsbaar.“", []),
        ("Ze zei: «Ik ben kwetsbaar.»", []),
        ("Ze zei: «\u00a0Ik ben kwetsbaar.\u00a0»", []),
        # What stands around it is not hers.
        ("Moeder: 'ik ben kwetsbaar', netwerk", ["Moeder", "netwerk"]),
        ("'ja' netwerk 'nee'", ["netwerk"]),
        ("“ja” netwerk “nee”", ["netwerk"]),
        # One inside another, both ways.
        ("\"hij zei 'netwerk', netwerk\" netwerk", ["netwerk"]),
        ("‘hij zei “netwerk”, netwerk’ netwerk", ["netwerk"]),
        ("(\"'netwerk'\")", []),
        # An apostrophe inside a word is no quotation mark, nor is one at its end or in front.
        ("foto's van het netwerk, auto's", ["netwerk"]),
        ("foto’s van ‘het netwerk’ en foto’s", []),
        ("'het is z'n netwerk'", []),
        ("Hans' netwerk en Els' moeder", ["netwerk", "moeder"]),
        ("'s avonds is het netwerk 'stil'", ["netwerk"]),
        ("’s avonds is het netwerk ‘stil’", ["netwerk"]),
        ("‘s avonds is het netwerk, foto’s’", ["netwerk"]),
        ("'t netwerk van de jaren '90 en 'n moeder'", ["netwerk", "moeder"]),
        # Not closed, or closed in another paragraph: nothing is quoted.
        ("Ze zei: 'ik ben kwetsbaar.", ["kwetsbaar"]),
        ("Ze zei: “ik ben kwetsbaar.", ["kwetsbaar"]),
        ("“netwerk “netwerk”", ["netwerk"]),
        ("“netwerk\n\nnetwerk”", ["netwerk", "netwerk"]),
        ("“netwerk\nnetwerk”", []),
        ("“netwerk 'kom” netwerk'", ["netwerk"]),
        ("netwerk” netwerk' netwerk\"", ["netwerk", "netwerk", "netwerk"]),
        ("«netwerk", ["netwerk"]),
        # A mark with white space behind it opens nothing.
        ('een scherm van 5" netwerk "', ["netwerk"]),
        ("' netwerk '", ["netwerk"]),
    ],
)
def test_check_leaves_alone_what_somebody_said(text: str, words: list[str]) -> None:
    assert found(text) == words


@pytest.mark.parametrize("audience", Reader)
def test_check_has_only_terms_of_the_reader(audience: Reader) -> None:
    words = found("De hulpvraag van zijn netwerk.", audience=audience)
    assert words == (["hulpvraag", "netwerk"] if audience is Reader.CLIENT else ["netwerk"])


def test_check_has_only_terms_of_the_language() -> None:
    text = "The case of the netwerk: a caseload."
    assert found(text, Language.NL) == ["netwerk"]
    assert found(text, Language.EN) == ["case", "caseload"]


def test_check_says_where_and_which() -> None:
    (hint,) = check(TERMS, "De kwetsbare groep.", Language.NL, Reader.CLIENT)
    assert (hint.start, hint.end, hint.term.id) == (3, 18, "group")


# ---------------------------------------------------------------- what a file may hold


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("zaak", True),
        ("ü", True),
        ("in z'n stoel", True),
        ("a-b c", True),
        ("", False),
        (" zaak", False),
        ("zaak  is", False),
        ("zaak\nis", False),
        ("zaak.", False),
        ("-zaak", False),
    ],
)
def test_is_expression_asks_for_whole_words(text: str, *, is_one: bool) -> None:
    assert is_expression(text) is is_one


@pytest.mark.parametrize(
    ("expression", "is_allowed"),
    [("zijn moeder", True), ("moeder-dag", True), ("moeder", False), ("zijn moeders", False)],
)
def test_allows_asks_for_a_form_and_more(expression: str, *, is_allowed: bool) -> None:
    assert allows(expression, ("vader", "moeder")) is is_allowed


# ---------------------------------------------------------------- what is really there

REAL = tuple(load_knowledge().terms.values())


def ids(text: str, of: Term, audience: Reader) -> list[str]:
    return [hint.term.id for hint in check(REAL, text, of.language, audience)]


@pytest.mark.parametrize("one", REAL, ids=lambda one: one.id)
def test_every_form_is_found_for_every_reader_of_its_term_and_no_other(one: Term) -> None:
    for form in one.forms:
        for audience in Reader:
            expected = [one.id] if audience in one.audience else []
            for written in (form, form.upper(), f"({form}).", unicodedata.normalize("NFD", form)):
                assert ids(written, one, audience) == expected, written
            assert ids(f"“{form}”", one, audience) == []


@pytest.mark.parametrize("one", REAL, ids=lambda one: one.id)
def test_no_term_is_found_where_it_is_allowed(one: Term) -> None:
    for expression in one.allowed_in:
        assert one.id not in ids(f"Zo: {expression}.", one, Reader.CLIENT)


# ---------------------------------------------------------------- what holds for every text

FORMS = sorted({form for one in TERMS for form in one.forms} | {e for one in TERMS for e in one.allowed_in})


@st.composite
def taken_apart(draw: st.DrawFn) -> str:
    """A form with something in the middle that does not belong to it."""
    form = draw(st.sampled_from(FORMS))
    place = draw(st.integers(1, len(form) - 1))
    return form[:place] + draw(st.sampled_from(["-\n", "\u00ad", "\u00ad\n", "\n", "\n\n"])) + form[place:]


PIECES = st.one_of(
    taken_apart(),
    st.sampled_from(FORMS),
    st.sampled_from(FORMS).map(str.upper),
    st.sampled_from(
        [*"'\"‘’“”„«».,-\n \u00ad\u200b\u0308", "\n\n", "-\n", " ", "'s ", "ß", "İ", "😀", "zijn "]
    ),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.lists(PIECES, max_size=20).map("".join)
LANGUAGES, READERS = st.sampled_from(Language), st.sampled_from(Reader)


@given(text=TEXTS, language=LANGUAGES, audience=READERS)
def test_every_hint_lies_in_the_text_around_one_of_its_forms(
    text: str, language: Language, audience: Reader
) -> None:
    for hint in check(TERMS, text, language, audience):
        assert 0 <= hint.start < hint.end <= len(text)
        words = text[hint.start : hint.end]
        # A hyphen at a line end can be part of the word.
        readings = {folded(words), folded(words.replace("-\n", "-"))}
        assert readings & {folded(form) for form in hint.term.forms}
        assert (hint.term.language, audience in hint.term.audience) == (language, True)


@given(text=TEXTS)
def test_hints_are_in_order_and_do_not_overlap(text: str) -> None:
    hints = check(TERMS, text, Language.NL, Reader.CLIENT)
    assert all(one.end <= other.start for one, other in pairwise(hints))


@given(words=st.lists(st.sampled_from([*FORMS, "foto's", ", ", " ", ". "]), min_size=1, max_size=9))
def test_what_stands_between_quotation_marks_gets_no_hint(words: list[str]) -> None:
    text = " ".join(words).strip()
    for opening, closing in ("“”", "„”", "„“", "«»", '""', "''", "‘’"):
        assert found(f"Ze zei: {opening}x {text} x{closing}") == []


@given(text=TEXTS, more=st.lists(st.sampled_from([*FORMS, " ", ", "]), max_size=9).map("".join))
def test_what_comes_behind_a_full_stop_takes_no_hint_away(text: str, more: str) -> None:
    # Another paragraph, because a quotation can go on behind a full stop.
    before = check(TERMS, f"{text}.", Language.NL, Reader.CLIENT)
    assert check(TERMS, f"{text}. {more}", Language.NL, Reader.CLIENT)[: len(before)] == before
    assert check(TERMS, f"{text}.\n\n{more}'”\"»", Language.NL, Reader.CLIENT)[: len(before)] == before


@given(text=TEXTS)
def test_marks_apart_or_not_the_same_words_are_found(text: str) -> None:
    apart, together = (unicodedata.normalize(form, text) for form in ("NFD", "NFC"))
    assert [folded(one) for one in found(apart)] == [folded(one) for one in found(together)]


LENGTH = 10_000


@pytest.mark.parametrize(
    "piece",
    [
        *("kwetsbaar ", "kwetsbare groep ", "zijn moeder ", "straß", "kwets-\n", "netwerk " + "\u00a0" * 50),
        *("'", "“", "”", "'a' ", "„a“", "- ", "a-\n", "-\r\n", " ", "\n", "a", "ë", "\u00ad", "e\u0308"),
    ],
)
def test_check_takes_time_by_the_length_of_the_text_and_not_by_what_is_in_it(piece: str) -> None:
    def seconds(text: str) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            check(TERMS, text, Language.NL, Reader.CLIENT)
            times.append(time.process_time() - start)
        return min(times)

    text = piece * (4 * LENGTH // len(piece))
    once, four_times = seconds(text[:LENGTH]), seconds(text)
    # A few milliseconds where nothing else runs; a quadratic search would take sixteen times as long.
    assert once < 0.25
    assert four_times < 10 * max(once, 0.002)
