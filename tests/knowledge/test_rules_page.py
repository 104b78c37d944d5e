from app.domain.answers import ALL_ANSWERS
from app.domain.texts import Language
from app.knowledge import load_knowledge
from app.knowledge.rules_page import rules_page


def _rows(page: str) -> list[list[str]]:
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines]


def test_rules_page_has_a_row_for_every_combination_in_each_language() -> None:
    ruleset = load_knowledge().current
    rows = [tuple(row[:3]) for row in _rows(rules_page(ruleset))]
    for language in Language:
        labels = {answer: text[language].lower() for answer, text in ruleset.answer_labels.items()}
        for answers in ALL_ANSWERS:
            row = (labels[answers.problem], labels[answers.help_request], labels[answers.share_in_solution])
            assert rows.count(row) == 1


def test_rules_page_has_tables_of_one_width() -> None:
    widths = {len(row) for row in _rows(rules_page(load_knowledge().current))}
    assert widths == {8}


def test_rules_page_names_the_version_it_is_of() -> None:
    ruleset = load_knowledge().current
    page = rules_page(ruleset)
    assert f"Versie {ruleset.version}, SHA-256 `{ruleset.hash}`." in page
    assert f"Version {ruleset.version}, SHA-256 `{ruleset.hash}`." in page


def test_rules_page_says_what_stands_in_a_row() -> None:
    ruleset = load_knowledge().current
    rows = {tuple(row[:3]): row[3:] for row in _rows(rules_page(ruleset))}
    known = next(rule for rule in ruleset.rules.values() if rule.answers.code == "ynn")
    assert rows["yes", "no", "no"] == [
        "a visitor relationship",
        "leaning",
        "a complainant relationship",
        known.why.en,
        known.advice.en,
    ]
    assert rows["yes", "no", "not known"] == [
        "a visitor relationship (provisional)",
        "incomplete",
        "a visitor relationship",
        "a visitor relationship",
        "When it goes a little better, what are you doing then?",
    ]
    assert rows["ja", "ja", "niet bekend"][0] == "geen type"
