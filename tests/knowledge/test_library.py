from pathlib import Path

import pytest

from app.domain.plain_language import Reader
from app.domain.texts import Language
from app.domain.thread import Perspective
from app.knowledge import KnowledgeError, load_knowledge
from app.knowledge.library import Quiz, SourceStatus, load_prompts, load_terms, load_vignettes
from tests.knowledge.support import complaint, drop, edit

FILES = ["sources.toml", "vignettes.toml", "reflection.toml", "plain_language.toml"]

# ---------------------------------------------------------------- what is really there


def test_load_sources_says_how_well_each_is_known() -> None:
    sources = load_knowledge().sources
    assert {source.status for source in sources.values()} == set(SourceStatus)
    assert sources["inf"].status is SourceStatus.OWN
    assert all(code == source.code for code, source in sources.items())


def test_load_vignettes_agrees_with_the_current_rules() -> None:
    knowledge = load_knowledge()
    for vignette in knowledge.vignettes.values():
        assert vignette.assessments
        for one in vignette.assessments:
            result = knowledge.current.classify(one.answers)
            assert (result.relationship_type, result.clarity) == (one.relationship_type, one.clarity)


def test_load_vignettes_has_stories_to_score_to_discuss_and_to_read() -> None:
    vignettes = load_knowledge().vignettes
    assert {vignette.quiz for vignette in vignettes.values()} == set(Quiz)
    scored = {vignette.id: vignette.quiz_days for vignette in vignettes.values() if vignette.quiz == "scored"}
    assert scored == {"vg03": None, "vg04": (0,), "vg07": (0, 42), "vg19": None}


def test_load_vignettes_scores_nothing_that_experts_may_differ_about() -> None:
    knowledge = load_knowledge()
    for vignette in knowledge.vignettes.values():
        for one in vignette.assessments:
            if vignette.quiz is Quiz.SCORED and (vignette.quiz_days is None or one.day in vignette.quiz_days):
                assert not knowledge.current.rules[one.answers].discussion


def test_load_vignettes_keeps_the_day_of_a_conversation_that_was_assessed_later() -> None:
    later = [
        (one.conversation_day, one.day, one.perspective)
        for one in load_knowledge().vignettes["vg01"].assessments
        if one.conversation_day != one.day
    ]
    assert later == [(0, 21, Perspective.SUPERVISOR)]


def test_load_prompts_has_the_question_to_close_with() -> None:
    knowledge = load_knowledge()
    assert knowledge.closing_question is knowledge.prompts["go-on-without-us"]
    assert not knowledge.closing_question.private


def test_load_terms_has_forms_of_one_term_each() -> None:
    terms = load_knowledge().terms.values()
    assert {term.language for term in terms} == set(Language)
    assert {reader for term in terms for reader in term.audience} == set(Reader)
    forms = [(term.language, form) for term in terms for form in term.forms]
    assert len(set(forms)) == len(forms)
    assert [form for _, form in forms if form != form.lower() or form != form.strip()] == []


# ---------------------------------------------------------------- what is refused

VG01, VG04, FIRST = 'id = "vg01"', 'id = "vg04"', "vignette 'vg01', assessment 'number 1'"
NO_AGREEMENT = "type and clarity do not agree with the rules"


@pytest.mark.parametrize(
    ("entry", "old", "new", "reason"),
    [
        # A key is missing, unknown, empty, in one language, or of another kind.
        (VG01, "domain.nl", "domein.nl", ", vignette 'vg01', domain: 'nl' is missing"),
        (VG01, "quiz =", 'colour = "red"\nquiz =', ", vignette 'vg01': unknown: colour"),
        (VG01, '"logopedie"', '""', ", vignette 'vg01', domain: 'nl' is empty"),
        (VG01, "day = 0", "dag = 0", f", {FIRST}: 'day' is missing"),
        (VG01, "day = 0", 'day = "0"', f", {FIRST}: 'day' has to be a int"),
        (VG01, "day = 0", "day = 0\nhour = 9", f", {FIRST}: unknown: hour"),
        # Two stories with one id.
        ('id = "vg02"', '"vg02"', '"vg01"', ": vignette 'vg01' is there twice"),
        # A source that is not in the list.
        (VG01, '["S004"]', '["X99"]', ", vignette 'vg01': unknown source: X99"),
        # A word that the program does not know.
        (
            VG01,
            '"voluntary"',
            '"free"',
            ", vignette 'vg01': 'referral' has to be one of voluntary, urged, mandated, outreach",
        ),
        # An assessment that says something else than the table: type, clarity, or no type at all.
        (VG01, '"complainant"', '"customer"', f", {FIRST}: {NO_AGREEMENT}"),
        (VG01, '"leaning"', '"clear"', f", {FIRST}: {NO_AGREEMENT}"),
        (VG01, 'type = "complainant"\n', "", f", {FIRST}: {NO_AGREEMENT}"),
        (VG01, 'problem = "yes"', 'problem = "unknown"', f", {FIRST}: {NO_AGREEMENT}"),
        # A quiz about a day on which nothing happened, or about something else than days.
        (VG04, "[0]", "[0, 1]", ", vignette 'vg04': 'quiz_days' names a day without an assessment"),
        (VG04, "[0]", '["0"]', ", vignette 'vg04': 'quiz_days' has to be a list of numbers"),
        (VG04, "[0]", "[true]", ", vignette 'vg04': 'quiz_days' has to be a list of numbers"),
        (VG04, "[0]", "[]", ", vignette 'vg04': 'quiz_days' has to be a list of numbers"),
        # The file as a whole: more than belongs in it.
        ("[[vignette]]", "[[vignette]]", 'colour = "red"\n[[vignette]]', ": unknown: colour"),
    ],
)
def test_load_vignettes_refuses_a_wrong_story(
    root: Path, entry: str, old: str, new: str, reason: str
) -> None:
    edit(root / "vignettes.toml", entry, old, new)
    assert complaint(root) == f"vignettes.toml{reason}"


S000, KNOWN_STATUS = 'code = "S000"', "seed, found, from memory, verify before quoting, own"


@pytest.mark.parametrize(
    ("entry", "old", "new", "reason"),
    [
        (S000, "author", "writer", ", source 'S000': 'author' is missing"),
        (S000, "author", "pages = 3\nauthor", ", source 'S000': unknown: pages"),
        (S000, '"A. Krakers"', '" "', ", source 'S000': 'author' is empty"),
        (S000, "author", 'year = "2010"\nauthor', ", source 'S000': 'year' has to be a int"),
        (S000, '"seed"', '"heard"', f", source 'S000': 'status' has to be one of {KNOWN_STATUS}"),
        ('code = "S001"', '"S001"', '"S000"', ": source 'S000' is there twice"),
        ("[[source]]", "[[source]]", 'colour = "red"\n[[source]]', ": unknown: colour"),
    ],
)
def test_load_sources_refuses_a_wrong_source(root: Path, entry: str, old: str, new: str, reason: str) -> None:
    edit(root / "sources.toml", entry, old, new)
    assert complaint(root) == f"sources.toml{reason}"


MOMENTS = "closing, stuck, complainant, after_contact, any"
CLOSING, NEED = 'id = "go-on-without-us"', 'id = "satisfied-1-need"'


@pytest.mark.parametrize(
    ("entry", "old", "new", "reason"),
    [
        (NEED, "private = true\n", "", ", prompt 'satisfied-1-need': 'private' is missing"),
        (NEED, "true", '"yes"', ", prompt 'satisfied-1-need': 'private' has to be a bool"),
        (NEED, "nl =", "de =", ", prompt 'satisfied-1-need': 'nl' is missing"),
        (NEED, "source", 'colour = "red"\nsource', ", prompt 'satisfied-1-need': unknown: colour"),
        (NEED, '"S002"', '"X99"', ", prompt 'satisfied-1-need': unknown source: X99"),
        (
            NEED,
            '"closing"',
            '"later"',
            f", prompt 'satisfied-1-need': 'when' has to be one of {MOMENTS}",
        ),
        (CLOSING, '"go-on-without-us"', '"satisfied-1-need"', ": prompt 'satisfied-1-need' is there twice"),
        # Without this question no case can be closed.
        (CLOSING, '"go-on-without-us"', '"go-on"', ": prompt 'go-on-without-us' is missing"),
        ("[[prompt]]", "[[prompt]]", 'colour = "red"\n[[prompt]]', ": unknown: colour"),
    ],
)
def test_load_prompts_refuses_a_wrong_prompt(root: Path, entry: str, old: str, new: str, reason: str) -> None:
    edit(root / "reflection.toml", entry, old, new)
    assert complaint(root) == f"reflection.toml{reason}"


BROAD, ABSTRACT, ALLOWING = 'id = "nl-kwetsbaar"', 'id = "nl-versterken"', 'id = "nl-netwerk"'


@pytest.mark.parametrize(
    ("entry", "old", "new", "reason"),
    [
        (BROAD, "why.nl", "why.de", ", term 'nl-kwetsbaar', why: 'nl' is missing"),
        (BROAD, "audience", 'colour = "red"\naudience', ", term 'nl-kwetsbaar': unknown: colour"),
        (BROAD, '"nl"', '"de"', ", term 'nl-kwetsbaar': 'language' has to be one of nl, en"),
        (BROAD, '"colleague"', '"boss"', ", term 'nl-kwetsbaar': 'boss' is not a reader"),
        (BROAD, '"S000"', '"X99"', ", term 'nl-kwetsbaar': unknown source: X99"),
        (ABSTRACT, '"nl-versterken"', '"nl-kwetsbaar"', ": term 'nl-kwetsbaar' is there twice"),
        # A form is found in texts of which the capitals are taken away.
        (BROAD, '"kwetsbaar"', '"Kwetsbaar"', ", term 'nl-kwetsbaar': forms are written in lower case"),
        # One form twice, within a term or in two: a word gives one hint.
        (BROAD, '"kwetsbare"', '"kwetsbaar"', ", term 'nl-kwetsbaar': 'forms' names something twice"),
        (
            ABSTRACT,
            '"versterkt"',
            '"kwetsbare"',
            ", term 'nl-versterken': other terms have this form too: kwetsbare",
        ),
        # One form however it is written: with its marks apart, or with another apostrophe or hyphen.
        (
            ABSTRACT,
            '"versterkt"',
            '"casui\u0308stiek"',
            ", term 'nl-casus': other terms have this form too: casuïstiek",
        ),
        (
            'id = "en-age-appropriate"',
            '"age-adequate"',
            '"age\u2011appropriate"',
            ", term 'en-age-appropriate': 'forms' names something twice",
        ),
        # Nothing to look for, or nobody to tell it.
        (ABSTRACT, 'forms = ["', 'forms = []\n# "', ", term 'nl-versterken': 'forms' is empty"),
        (BROAD, 'audience = ["', 'audience = []\n# "', ", term 'nl-kwetsbaar': 'audience' is empty"),
        # What is no word is never found.
        (
            BROAD,
            '"kwetsbare"',
            '"kwetsbare "',
            ", term 'nl-kwetsbaar': forms are whole words, with one space between them",
        ),
        (
            BROAD,
            '"kwetsbare"',
            '"kwetsbare!"',
            ", term 'nl-kwetsbaar': forms are whole words, with one space between them",
        ),
        # What allows a word has it inside.
        (
            ALLOWING,
            '"draadloos netwerk"',
            '"Draadloos netwerk"',
            ", term 'nl-netwerk': allowed_in are written in lower case",
        ),
        (
            ALLOWING,
            '"draadloos netwerk"',
            '"netwerk"',
            ", term 'nl-netwerk': 'allowed_in' has an expression without a form and more in it: netwerk",
        ),
        (
            ALLOWING,
            '"draadloos netwerk"',
            '"netwerkkaart"',
            ", term 'nl-netwerk': 'allowed_in' has an expression without a form and more in it: netwerkkaart",
        ),
        ("[[term]]", "[[term]]", 'colour = "red"\n[[term]]', ": unknown: colour"),
    ],
)
def test_load_terms_refuses_a_wrong_term(root: Path, entry: str, old: str, new: str, reason: str) -> None:
    edit(root / "plain_language.toml", entry, old, new)
    assert complaint(root) == f"plain_language.toml{reason}"


def test_load_terms_lets_two_languages_have_one_form(root: Path) -> None:
    english = next(term for term in load_knowledge().terms.values() if term.language is Language.EN)
    edit(root / "plain_language.toml", f'id = "{english.id}"', 'forms = ["', 'forms = ["kwetsbaar", "')
    assert "kwetsbaar" in load_knowledge(root).terms[english.id].forms


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("content", [None, b"this is no TOML", b'name = "\xe9"\n'])
def test_load_knowledge_names_a_file_that_cannot_be_read(
    root: Path, file: str, content: bytes | None
) -> None:
    (root / file).unlink()
    if content is not None:
        (root / file).write_bytes(content)
    assert complaint(root).startswith(f"{file}: cannot be read: ")


def test_load_knowledge_misses_a_source_that_is_taken_out_of_the_list(root: Path) -> None:
    drop(root / "sources.toml", 'code = "S004"')
    assert complaint(root) == "rulesets/2026.1/schema.toml, rule 'mnn': unknown source: S004"


def test_loaders_check_against_the_sources_they_are_given(root: Path) -> None:
    current = load_knowledge().current
    with pytest.raises(KnowledgeError, match=r"^vignettes.toml, vignette 'vg01': unknown source: S004$"):
        load_vignettes(root, current, frozenset())
    with pytest.raises(KnowledgeError, match=r"^reflection.toml, prompt '.*': unknown source: S002$"):
        load_prompts(root, frozenset())
    with pytest.raises(KnowledgeError, match=r"^plain_language.toml, term '.*': unknown source: S000$"):
        load_terms(root, frozenset())
