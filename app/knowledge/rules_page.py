"""The 27 rows and the incomplete answers in words, as a page of the documentation."""

from app.domain.answers import ALL_ANSWERS, Answers, Question
from app.domain.ruleset import Ruleset
from app.domain.texts import Language, Text

_TITLE = Text(nl="De regels", en="The rules")
_INTRO = Text(
    nl=(
        "Een type zegt iets over de relatie bij één onderwerp op één moment, nooit over een persoon. "
        "Deze bladzijde wordt gemaakt uit de regels zelf."
    ),
    en=(
        "A type says something about the relationship on one concern at one moment, never about a "
        "person. This page is made from the rules themselves."
    ),
)
_VERSION = Text(nl="Versie", en="Version")
_KNOWN = Text(nl="Drie bekende antwoorden", en="Three known answers")
_UNKNOWN = Text(nl="Als een antwoord niet bekend is", en="When an answer is not known")
_TYPE = Text(nl="Relatie", en="Relationship")
_NONE = Text(nl="geen type", en="no type")
_CLARITY = Text(nl="Hoe zeker", en="How sure")
_ALSO = Text(nl="Ook mogelijk", en="Also possible")
_WHY = Text(nl="Waarom", en="Why")
_ADVICE = Text(nl="Wat doe je", en="What to do")
_POSSIBLE = Text(nl="Mogelijk", en="Possible")
_ACT_AS = Text(nl="Handel als bij", en="Act as in")
_PROVISIONAL = Text(nl="voorlopig", en="provisional")
_NEXT = Text(nl="Vraag hierna", en="Ask next")


def rules_page(ruleset: Ruleset) -> str:
    """Return the page in Markdown, first in Dutch, then in English."""
    return "\n\n".join(_part(ruleset, language) for language in Language) + "\n"


def _part(ruleset: Ruleset, language: Language) -> str:
    return "\n\n".join(
        (
            f"# {_TITLE[language]}",
            _INTRO[language],
            f"{_VERSION[language]} {ruleset.version}, SHA-256 `{ruleset.hash}`.",
            f"## {_KNOWN[language]}",
            _known(ruleset, language),
            f"## {_UNKNOWN[language]}",
            _incomplete(ruleset, language),
        )
    )


def _known(ruleset: Ruleset, language: Language) -> str:
    header = [*_questions(ruleset, language), *(t[language] for t in (_TYPE, _CLARITY, _ALSO, _WHY, _ADVICE))]
    rows = []
    for answers, rule in ruleset.rules.items():
        classification = ruleset.classify(answers)
        others = [t for t in classification.candidates if t is not rule.relationship_type]
        kind = rule.relationship_type
        rows.append(
            [
                *_answers(ruleset, answers, language),
                ruleset.types[kind].relation[language] if kind else _NONE[language],
                ruleset.clarities[rule.clarity].label[language].lower(),
                ", ".join(ruleset.types[t].relation[language] for t in others),
                rule.why[language],
                rule.advice[language],
            ]
        )
    return _table(header, rows)


def _incomplete(ruleset: Ruleset, language: Language) -> str:
    header = [
        *_questions(ruleset, language),
        *(text[language] for text in (_TYPE, _CLARITY, _POSSIBLE, _ACT_AS, _NEXT)),
    ]
    rows = []
    for answers in ALL_ANSWERS:
        if not answers.unknown:
            continue
        classification = ruleset.classify(answers)
        question = ruleset.next_question(classification)
        kind = classification.relationship_type
        rows.append(
            [
                *_answers(ruleset, answers, language),
                f"{ruleset.types[kind].relation[language]} ({_PROVISIONAL[language]})"
                if kind
                else _NONE[language],
                ruleset.clarities[classification.clarity].label[language].lower(),
                ", ".join(ruleset.types[t].relation[language] for t in classification.candidates),
                ruleset.types[classification.act_as].relation[language],
                question.text[language] if question else "",
            ]
        )
    return _table(header, rows)


def _questions(ruleset: Ruleset, language: Language) -> list[str]:
    return [ruleset.questions[question].label[language] for question in Question]


def _answers(ruleset: Ruleset, answers: Answers, language: Language) -> list[str]:
    return [ruleset.answer_labels[answers[question]][language].lower() for question in Question]


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
