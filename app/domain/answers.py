"""The three questions and their four possible answers (domain report, 1.1)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product


class Answer(StrEnum):
    """What the person presents.

    `maybe` was asked and answered in part; `unknown` was not asked, or not understood.
    """

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"
    UNKNOWN = "unknown"


KNOWN_ANSWERS = (Answer.YES, Answer.MAYBE, Answer.NO)


class Question(StrEnum):
    """The three questions, in the order of asking."""

    PROBLEM = "problem"
    HELP_REQUEST = "help_request"
    SHARE_IN_SOLUTION = "share_in_solution"


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers about one person, one concern and one conversation, as judged by one assessor."""

    problem: Answer = Answer.UNKNOWN
    help_request: Answer = Answer.UNKNOWN
    share_in_solution: Answer = Answer.UNKNOWN

    def __getitem__(self, question: Question) -> Answer:
        """Return the answer to one question."""
        answer: Answer = getattr(self, question.value)
        return answer

    @property
    def code(self) -> str:
        """The first letters, in the order of asking: `ymn` for yes, maybe, no."""
        return "".join(self[question][0] for question in Question)

    @property
    def slug(self) -> str:
        """The answers as a path segment: `yes-maybe-no`."""
        return "-".join(self[question] for question in Question)

    @property
    def unknown(self) -> tuple[Question, ...]:
        """The questions that have not been answered yet."""
        return tuple(question for question in Question if self[question] is Answer.UNKNOWN)

    def changed_to(self, question: Question, answer: Answer) -> "Answers":
        """Return these answers with one of them changed."""
        return replace(self, **{question.value: answer})

    def completions(self) -> Iterator["Answers"]:
        """Yield every way in which the unknown answers can still turn out (1, 3, 9 or 27 ways)."""
        for combination in product(
            *((self[q],) if self[q] is not Answer.UNKNOWN else KNOWN_ANSWERS for q in Question)
        ):
            yield Answers(*combination)

    def differences(self, other: "Answers") -> tuple[Question, ...]:
        """Return the questions that were answered otherwise in `other`."""
        return tuple(question for question in Question if self[question] is not other[question])


ALL_ANSWERS = tuple(Answers(*combination) for combination in product(Answer, repeat=len(Question)))
ANSWERS_BY_CODE = {answers.code: answers for answers in ALL_ANSWERS}
