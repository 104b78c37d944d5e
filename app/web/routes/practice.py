"""Three answers, and what they come to. Open to all; nothing is stored: the address holds the answers."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Response

from app.domain.answers import ALL_ANSWERS, Answers, Question
from app.domain.classification import Clarity, RelationshipType
from app.domain.errors import NotFound
from app.domain.ruleset import Ruleset
from app.domain.texts import Language
from app.services.catalogue import schema
from app.services.results import result
from app.unguarded import open_to_all
from app.web.answer_words import answers_in, answers_of, chosen, words_of, wrong_answers
from app.web.pages import Pages
from app.web.places import address
from app.web.visits import AnyGuest, Guest

pages = Pages()
router = pages.router


@pages.get("practice")
@open_to_all
def practise(guest: AnyGuest) -> Response:
    """Ask the three questions. Once all are answered, the answers stand in the address."""
    given = chosen(guest.request.query_params)
    if errors := wrong_answers(given, guest.language):
        return _page(guest, None, given, errors=errors, status=HTTPStatus.BAD_REQUEST)
    if len(given) < len(Question):
        return _page(guest, None, given)
    answers = answers_of(given)
    if not guest.wants_fragment:
        return guest.go("practice_answers", answers=words_of(answers, guest.language))
    response = _page(guest, answers, given)
    response.headers["Content-Location"] = _address(answers, guest.language)
    return response


@pages.get("practice_answers")
@open_to_all
def show_answers(guest: AnyGuest, answers: str) -> Response:
    """Show what the answers in the address come to. Raises `NotFound` for words that are none."""
    found = answers_in(answers, guest.language)
    if found is None:
        raise NotFound
    return _page(guest, found, {question.value: found[question].value for question in Question})


def _page(
    guest: Guest,
    answers: Answers | None,
    given: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    ruleset, language = guest.knowledge.current, guest.language
    return guest.page(
        "practice.html",
        status=status,
        fragment="_result.html",
        schema=schema(ruleset, language),
        given=given,
        errors=errors or {},
        result=result(ruleset, answers, language) if answers else None,
        relations={kind.value: text.relation[language] for kind, text in ruleset.types.items()},
        task_kind=_task_kind(ruleset, answers, language) if answers else None,
        changes=_changes(ruleset, answers, language) if answers else (),
        discussion=answers is not None and _is_discussed(ruleset, answers),
        examples=_examples(ruleset, language),
    )


def _address(answers: Answers, language: Language) -> str:
    return address("practice_answers", language, answers=words_of(answers, language))


def _changes(ruleset: Ruleset, answers: Answers, language: Language) -> list[dict[str, object]]:
    """Return each changed answer that leads to something else, with the page where it is changed."""
    return [
        {
            "question": one.question,
            "answer": one.answer,
            "relationship_type": one.relationship_type,
            "clarity": one.clarity,
            "address": _address(answers.changed_to(one.question, one.answer), language),
        }
        for one in ruleset.what_would_change(answers)
    ]


def _is_discussed(ruleset: Ruleset, answers: Answers) -> bool:
    """Tell whether experts may differ about these answers."""
    rule = ruleset.rules.get(answers)
    return rule is not None and rule.discussion


def _task_kind(ruleset: Ruleset, answers: Answers, language: Language) -> str:
    """Return what a task that fits is called."""
    chosen = ruleset.advise(ruleset.classify(answers)).task_kind
    return next(kind.label[language] for kind in ruleset.task_kinds if kind.id is chosen)


def _examples(ruleset: Ruleset, language: Language) -> list[tuple[RelationshipType, str]]:
    """Return for each type the page of answers that are clear about it."""
    clear: dict[RelationshipType, Answers] = {}
    for answers in ALL_ANSWERS:
        found = ruleset.classify(answers)
        if found.relationship_type and found.clarity is Clarity.CLEAR:
            clear.setdefault(found.relationship_type, answers)
    return [(kind, _address(clear[kind], language)) for kind in ruleset.types]
