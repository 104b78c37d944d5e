"""Read how a result is put together where no row of the table says it: sentences, laws, conditions."""

from string import Formatter

from app.domain.answers import Answer, Question
from app.domain.approach import BY_TYPE, Audience, Condition, Law, LawChoice
from app.domain.ruleset import Sentences
from app.domain.texts import Text
from app.domain.thread import Referral
from app.knowledge.reader import Record


def read_condition(record: Record) -> Condition:
    """Read when something holds. Raises `KnowledgeError` when it asks for nothing."""
    answers = tuple((q, record.choice(q, Answer)) for q in Question if q in record)
    condition = Condition(
        answers=answers,
        agreed_steps_not_done=(
            record.take("agreed_steps_not_done", bool) if "agreed_steps_not_done" in record else False
        ),
        same_type_in_a_row=(record.take("same_type_in_a_row", int) if "same_type_in_a_row" in record else 1),
        referral=record.choice("referral", Referral) if "referral" in record else None,
    )
    record.end()
    if condition == Condition() or condition.same_type_in_a_row < 1:
        raise record.fail("asks for nothing, or for less than one in a row")
    return condition


def read_audience(record: Record, name: str) -> Audience:
    """Read what an entry, a law or a task kind is for."""
    if name not in list(Audience):
        raise record.fail(f"'{name}' is not something an entry can be for")
    return Audience(name)


def read_law_choices(file: Record, laws: dict[str, Law]) -> tuple[LawChoice, ...]:
    """Read which law is shown when; the last choice has to hold always."""
    choices = []
    for record in file.records("law_choice"):
        choice = LawChoice(
            law=record.string("law"),
            audience=record.choice("for", Audience) if "for" in record else None,
            when=read_condition(record.record("when")) if "when" in record else Condition(),
        )
        record.end()
        choices.append(choice)
        if choice.law not in laws:
            raise record.fail(f"there is no law '{choice.law}'")
        wanted = {choice.audience} if choice.audience else set(BY_TYPE)
        if not wanted <= set(laws[choice.law].fits):
            raise record.fail(f"{choice.law} does not fit there")
    if not choices or choices[-1].audience or choices[-1].when != Condition():
        raise file.fail("the last law_choice has to hold always")
    return tuple(choices)


def read_sentences(record: Record) -> Sentences:
    """Read the sentences; each has just the placeholders that are filled in."""
    both = {"unknown", "types"}
    sentences = Sentences(
        why_provisional=_template(record, "why_provisional", both),
        why_open=_template(record, "why_open", both),
        why_contradictory=_template(record, "why_contradictory", {"unknown"}),
        advice=_template(record, "advice", {"question", "act_as"}),
    )
    record.end()
    return sentences


def _template(record: Record, key: str, placeholders: set[str]) -> Text:
    text = record.text(key)
    for template in (text.nl, text.en):
        try:
            found = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        except ValueError:
            found = set()
        if found != placeholders:
            names = ", ".join(f"{{{name}}}" for name in sorted(placeholders))
            raise record.fail(f"'{key}' needs just these between braces: {names}")
    return text
