"""The plain-language check as a page: what it points at, what it keeps, and what it never does."""

import html
import io
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app import edge
from app.database import Database
from app.domain.plain_language import Reader
from app.domain.texts import Language
from app.knowledge import Knowledge, load_knowledge
from app.logs import set_up_logs
from app.models.plain_language import LONGEST, HintRead
from app.services.plain_language import check_text
from app.web.routes.language_check import mark, remarks_on
from tests.promises.world import all_rows
from tests.support import Visitor

PLACES = {"nl": "/nl/taalcheck", "en": "/en/language-check"}
TEXT = 'Moeder geeft aan dat het  "kwetsbaar" is.\n\nMoeder & vader <b>zitten klem</b>.\nmoeder'
_TAG = re.compile("<[^>]*>")


@pytest.fixture
def database(embedded: Database) -> Database:
    """Nothing is written, so one kind of database will do."""
    return embedded


@pytest.fixture
def nobody(visitor: Callable[[str], Visitor]) -> Visitor:
    return visitor("nobody")


def asked(**changes: str) -> dict[str, str]:
    return {"text": TEXT, "language": "nl", "audience": "client", **changes}


def shown(page: str) -> str:
    """Return the text as the page shows it, with its marks."""
    return page.partition('class="card marked" lang="')[2].partition(">")[2].partition("</p>")[0]


def without_marks(text: str) -> str:
    """Return what somebody reads who does not see the numbers."""
    return html.unescape(_TAG.sub("", re.sub(r"<a [^>]*>\d+</a>", "", text)))


def chosen(page: str) -> set[str]:
    return {*re.findall(r'<option value="(\w+)"[^>]* selected', page)} - {"auto"}


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_form_asks_for_a_text_in_the_language_of_the_page(nobody: Visitor, language: str) -> None:
    answer = nobody.get(PLACES[language])
    assert answer.status_code == 200
    assert chosen(answer.text) == {language, "client"}
    assert 'id="result"' not in answer.text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_words_are_marked_and_the_hints_are_those_of_the_api(
    nobody: Visitor, knowledge: Knowledge, language: str
) -> None:
    page = nobody.post(PLACES[language], asked()).text
    hints = check_text(knowledge, TEXT, Language.NL, Reader.CLIENT, Language(language)).hints
    assert len(hints) >= 3
    words = re.findall(r'<mark>([^<]*)<a class="ref" href="#hint-(\d+)">(\d+)</a></mark>', page)
    assert [html.unescape(word) for word, _, _ in words] == [TEXT[one.start : one.end] for one in hints]
    assert all(number == same for _, number, same in words)
    assert without_marks(shown(page)) == TEXT
    for hint in hints:
        assert f"<p>{Markup.escape(hint.why)}</p>" in page
        assert str(Markup.escape(hint.suggestion)) in page
    assert page.count("<li id=") == len({hint.term for hint in hints}) < len(hints)
    assert ("(4 keer)" if language == "nl" else "(4 times)") in page


def test_what_was_sent_stays_in_the_form(nobody: Visitor) -> None:
    page = nobody.post(PLACES["nl"], asked(audience="referrer")).text
    assert (
        html.unescape(page.partition('name="text"')[2].partition(">")[2].partition("</textarea>")[0]) == TEXT
    )
    assert chosen(page) == {"nl", "referrer"}


def test_line_ends_of_a_browser_count_once(nobody: Visitor) -> None:
    text = "Een regel.\r\n" * (LONGEST // 11)
    answer = nobody.post(PLACES["nl"], asked(text=text))
    assert answer.status_code == 200
    assert without_marks(shown(answer.text)) == text.replace("\r\n", "\n")


def test_the_audience_and_the_language_count(nobody: Visitor) -> None:
    text = "De hulpvraag is helder."
    assert "<mark>" in nobody.post(PLACES["nl"], asked(text=text)).text
    for other in ({"audience": "colleague"}, {"language": "en"}):
        page = nobody.post(PLACES["nl"], asked(text=text, **other)).text
        assert "<mark>" not in page
        assert "over je zinnen zeggen we niets" in page
        assert shown(page) == text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \r\n\t"}, "text"),
        ({"text": "a" * (LONGEST + 1)}, "text"),
        ({"language": "fy"}, "language"),
        ({"language": ""}, "language"),
        ({"audience": "the press"}, "audience"),
    ],
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_wrong_form_comes_back_as_it_was_filled_in(
    nobody: Visitor, language: str, changes: dict[str, str], field: str
) -> None:
    fields = asked(**changes)
    answer = nobody.post(PLACES[language], fields)
    assert answer.status_code == 400
    assert answer.text.index('role="alert"') < answer.text.index(f'<p class="err" id="e-{field}">')
    assert answer.text.count('<p class="err"') == 1
    kept = answer.text.partition('name="text"')[2].partition(">")[2].partition("</textarea>")[0]
    assert html.unescape(kept) == fields["text"].strip()
    assert chosen(answer.text) == {fields["language"], fields["audience"]} & {"nl", "client"}


def test_a_form_with_nothing_in_it_is_a_wrong_form(nobody: Visitor) -> None:
    answer = nobody.post(PLACES["en"])
    assert answer.status_code == 400
    assert {*re.findall('id="e-([a-z]+)"', answer.text)} == {"text", "language", "audience"}


# ---------------------------------------------------------------- nothing stays behind


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything the service logs."""
    before = structlog.get_config(), logging.root.handlers[:], logging.root.level
    stream = io.StringIO()
    with redirect_stderr(stream):
        set_up_logs("debug")
    monkeypatch.setattr(edge, "log", structlog.get_logger())
    yield stream
    structlog.configure(**before[0])
    logging.root.handlers[:] = before[1]
    logging.root.setLevel(before[2])


def test_nothing_is_stored_logged_or_kept_by_the_browser(
    visitor: Callable[[str], Visitor], database: Database, log: io.StringIO
) -> None:
    anna = visitor("anna")
    before = all_rows(database)
    answer = anna.post(PLACES["nl"], asked(text="Kanarie geeft aan."))
    assert answer.status_code == 200
    assert "Kanarie" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert all_rows(database) == before
    assert '"operation":"check_language_nl"' in log.getvalue().replace(": ", ":")
    assert "anarie" not in log.getvalue()


# ---------------------------------------------------------------- for every text

PIECES = st.sampled_from(
    [
        "Moeder",
        "geeft aan",
        "kwetsbaar",
        " ",
        "\n",
        "<b>",
        "</p>",
        "&amp;",
        '"',
        "'",
        "é",
        "\u202e",
        "\ufb01",
        "x",
    ]
)
KNOWLEDGE = load_knowledge()


def hints_of(text: str) -> Sequence[HintRead]:
    return check_text(KNOWLEDGE, text, Language.NL, Reader.CLIENT, Language.NL).hints


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=80))
def test_any_text_is_shown_as_it_is_and_adds_no_markup(text: str) -> None:
    hints = hints_of(text)
    remarks = remarks_on(text, hints)
    made: Any = mark(text, hints, remarks)
    assert without_marks(made) == text
    assert {*_TAG.findall(re.sub(r"#hint-\d+", "#", made))} <= {
        "<mark>",
        "</mark>",
        '<a class="ref" href="#">',
        "</a>",
    }
    assert made.count("<mark>") == len(hints) == sum(one.times for one in remarks.values())
    assert [one.number for one in remarks.values()] == [*range(1, len(remarks) + 1)]
