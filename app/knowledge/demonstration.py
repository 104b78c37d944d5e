"""Invented courses for the demonstration, beside the stories: in Dutch, like all that is recorded there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.domain.answers import Answer, Answers, Question
from app.domain.thread import TaskDone, TaskGiven
from app.knowledge.reader import Record, read


@dataclass(frozen=True, slots=True)
class Opinion:
    """A second opinion that was asked for: what was answered, or nothing yet."""

    answers: Answers | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """What was recorded about one conversation, so many days before the demonstration is loaded."""

    days_ago: int
    answers: Answers
    task_given: TaskGiven | None
    previous_task_done: TaskDone | None
    note: str
    opinion: Opinion | None


@dataclass(frozen=True, slots=True)
class Course:
    """One person on one concern in a case of its own, the oldest contact first. The id is its reference."""

    id: str
    participant: str
    concern: str
    contacts: tuple[Contact, ...]


def load_courses(root: Path) -> tuple[Course, ...]:
    """Read the courses."""
    file = read(root / "demonstration.toml", root)
    courses = tuple(_courses(file))
    file.end()
    return courses


def _courses(file: Record) -> Iterator[Course]:
    for record in file.records("course"):
        course = Course(
            id=record.string("id"),
            participant=record.string("participant"),
            concern=record.string("concern"),
            contacts=tuple(_contact(one) for one in record.records("assessment", identity="days_ago")),
        )
        record.end()
        days = [one.days_ago for one in course.contacts]
        if days != sorted(days, reverse=True) or min(days, default=0) < _FEWEST_DAYS:
            raise record.fail(f"'days_ago' goes down, to {_FEWEST_DAYS} at least")
        yield course


_FEWEST_DAYS = 2
"""A second opinion is given a day later, and nothing lies in the future."""


def _contact(record: Record) -> Contact:
    contact = Contact(
        days_ago=record.take("days_ago", int),
        answers=_answers(record),
        task_given=record.choice("task_given", TaskGiven) if "task_given" in record else None,
        previous_task_done=(
            record.choice("previous_task_done", TaskDone) if "previous_task_done" in record else None
        ),
        note=record.string("note"),
        opinion=_opinion(record.record("second_opinion")) if "second_opinion" in record else None,
    )
    record.end()
    return contact


def _opinion(record: Record) -> Opinion:
    is_given = "answers" in record
    opinion = Opinion(_answers(record) if is_given else None, record.string("note") if is_given else None)
    record.end()
    return opinion


def _answers(record: Record) -> Answers:
    given = record.record("answers")
    answers = Answers(*(given.choice(question, Answer) for question in Question))
    given.end()
    return answers
