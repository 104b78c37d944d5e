"""What the page of a case shows, worked out: sentences, chart, matrix, table and log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import groupby
from uuid import UUID

from markupsafe import Markup

from app.domain.answers import Answer, Question
from app.domain.classification import Clarity, RelationshipType
from app.domain.ruleset import Ruleset
from app.domain.summary import Period, Summary
from app.domain.texts import Language
from app.domain.thread import Perspective
from app.models.assessments import AssessmentHead
from app.models.cases import CaseEventRead
from app.models.classifications import EntryRead
from app.models.history import ThreadRead
from app.models.rights import StatementRead
from app.models.signals import SignalRead
from app.models.threads import TransitionSummary
from app.services.stories import CaseStory, ThreadStory
from app.web.advice_view import Tried, tried_of
from app.web.case_words import (
    Moved,
    badge_of,
    chart_words,
    clarity_words,
    in_a_row,
    moved,
    reason_of,
    type_words,
    view_of,
)
from app.web.charts import Lane, Mark, lanes
from app.web.glyphs import dot
from app.web.wording import HERE, short_day

_SHORT_ADVICE = 160
"""An advice of more characters is not shown in the log; it stands with the assessment."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded assessment. `replaced_by` took its place: a correction, or that it counts no more.

    `label` tells it from the others for who hears it by itself. `from_badge` is there where the type
    became another one; `correct` is the row to correct.
    """

    one: AssessmentHead
    name: str
    about: str
    day: str
    label: str
    view: str
    badge: Markup
    from_badge: Markup | None
    replaced_by: AssessmentHead | None
    moved: Moved | None
    reason: str | None
    changed: tuple[tuple[Question, Answer, Answer], ...]
    advice: EntryRead | None
    statements: tuple[StatementRead, ...]
    correct: UUID | None
    tried: Tried | None

    @property
    def moment(self) -> datetime:
        """Where it stands in the log."""
        return self.one.assessed_at

    @property
    def counts(self) -> bool:
        """Whether nothing took its place."""
        return self.replaced_by is None


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to the case itself."""

    event: CaseEventRead

    @property
    def moment(self) -> datetime:
        """Where it stands in the log."""
        return self.event.recorded_at


@dataclass(frozen=True, slots=True)
class Stand:
    """How one thread stands, and how it came there."""

    name: str
    about: str
    badge: Markup | None
    summary: Summary | None
    came_from: Markup | None
    moved: Moved | None
    signals: tuple[SignalRead, ...]
    thread_id: UUID


@dataclass(frozen=True, slots=True)
class Cell:
    """One thread in the matrix; without a badge nothing in it counts."""

    badge: Markup | None
    since: datetime | None


Matrix = tuple[tuple[str, tuple[Cell | None, ...]], ...]
"""Per participant what stands under each concern; `None` where it was not discussed."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything on the page of a case. `other_views` says that a period rests on no practitioner's view.

    `log` has the newest day first, and in it the newest.
    """

    stands: tuple[Stand, ...]
    chart: Markup
    perspectives: tuple[tuple[Markup, str], ...]
    legend: tuple[Markup, ...]
    other_views: bool
    concerns: tuple[str, ...]
    matrix: Matrix
    rows: tuple[Row, ...]
    log: tuple[tuple[date, tuple[Row | Happened, ...]], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """In which words, until when, and which of what is shown can be corrected."""

    ruleset: Ruleset
    language: Language
    until: datetime
    correctable: frozenset[UUID]
    in_the_past: bool

    def badge(self, kind: RelationshipType | None, clarity: Clarity | None) -> Markup:
        """Return shape and word of a type, or of its absence."""
        return badge_of(self.ruleset, self.language, kind, clarity)


def view_of_case(story: CaseStory, scene: Scene) -> CaseView:
    """Work out what a page about a case shows. A thread of which nothing was known yet is left out."""
    threads = [one for one in story.threads if one.thread.assessments]
    rows = [row for thread in threads for row in _rows(thread, scene)]
    events = [Happened(event) for event in story.case.events]
    if scene.in_the_past:
        events = [one for one in events if one.moment <= scene.until]
    seen = {row.one.perspective for row in rows}
    concerns = {one.thread.concern.id: about_of(one.thread) for one in threads}
    return CaseView(
        stands=tuple(_stand(thread, scene) for thread in threads),
        chart=_chart(threads, scene),
        perspectives=tuple((dot(one), view_of(one, scene.language)) for one in Perspective if one in seen),
        legend=_legend(threads, scene),
        other_views=any(
            Perspective.PRACTITIONER not in period.perspectives for one in threads for period in one.periods
        ),
        concerns=tuple(concerns.values()),
        matrix=_matrix(threads, concerns, scene),
        rows=tuple(rows),
        log=_log([*rows, *events]),
    )


def about_of(thread: ThreadRead) -> str:
    """Return what a thread is about: as it was put, or else its reference."""
    return thread.concern.wording or thread.concern.reference


# ---------------------------------------------------------------- how it stands


def _stand(thread: ThreadStory, scene: Scene) -> Stand:
    summary = thread.summary
    before = summary.came_from[-1:] if summary else ()
    return Stand(
        name=thread.thread.participant.reference,
        about=about_of(thread.thread),
        badge=scene.badge(summary.relationship_type, summary.clarity) if summary else None,
        summary=summary,
        came_from=scene.badge(before[0], None) if before else None,
        moved=moved(summary.step, scene.language) if summary and summary.step else None,
        signals=tuple(thread.thread.signals),
        thread_id=thread.thread.id,
    )


def _matrix(threads: Sequence[ThreadStory], concerns: Iterable[UUID], scene: Scene) -> Matrix:
    """Put participants against concerns, where there is more than one of either."""
    if len(threads) < 2:  # noqa: PLR2004 - one thread is said in one sentence
        return ()
    names = {one.thread.participant.id: one.thread.participant.reference for one in threads}
    cells = {
        (one.thread.participant.id, one.thread.concern.id): Cell(
            scene.badge(one.summary.relationship_type, one.summary.clarity) if one.summary else None,
            one.summary.since if one.summary else None,
        )
        for one in threads
    }
    return tuple((name, tuple(cells.get((who, about)) for about in concerns)) for who, name in names.items())


# ---------------------------------------------------------------- how it went


def _chart(threads: Sequence[ThreadStory], scene: Scene) -> Markup:
    if not threads:
        return Markup("")
    title = partial(_told, scene=scene)
    rows = [
        Lane(
            one.thread.participant.reference,
            about_of(one.thread),
            one.periods,
            [Mark(j.assessed_at, j.perspective, title(j.assessed_at, j.perspective)) for j in one.in_force],
        )
        for one in threads
    ]
    told = "; ".join(
        f"{row.name}, {row.about}: {in_a_row([_word(period, scene) for period in row.periods])}"
        for row in rows
        if row.periods
    )
    words = replace(chart_words(scene.ruleset, scene.language), description=told)
    return lanes(rows, scene.until.astimezone(HERE), words, "how-it-moved")


def _told(at: datetime, perspective: Perspective, scene: Scene) -> str:
    return f"{short_day(at, scene.language)}: {view_of(perspective, scene.language)}"


def _word(period: Period, scene: Scene) -> str:
    kind = period.relationship_type
    return (
        type_words(scene.ruleset, scene.language)[kind]
        if kind
        else clarity_words(scene.ruleset, scene.language)[period.clarity]
    )


def _legend(threads: Iterable[ThreadStory], scene: Scene) -> tuple[Markup, ...]:
    """Return the three types, and that there was none where that occurs."""
    kinds: list[RelationshipType | None] = [*RelationshipType]
    if any(period.relationship_type is None for one in threads for period in one.periods):
        kinds.append(None)
    return tuple(scene.badge(kind, None) for kind in kinds)


# ---------------------------------------------------------------- everything that was recorded


@dataclass(frozen=True, slots=True)
class _Course:
    """A thread with what was recorded in it, and the steps in it, by their ids."""

    story: ThreadStory
    by_id: Mapping[UUID, AssessmentHead]
    steps: Mapping[UUID, TransitionSummary]


def _rows(story: ThreadStory, scene: Scene) -> list[Row]:
    """Return what was recorded in a thread, in its order.

    The row that says another was entered in error is not one of its own: it stands with the other.
    """
    course = _Course(
        story,
        {one.id: one for one in story.thread.assessments},
        {one.assessment_id: one for one in story.thread.transitions},
    )
    return [_row(one, course, scene) for one in story.thread.assessments if not one.retracted]


def _row(one: AssessmentHead, course: _Course, scene: Scene) -> Row:
    by_id, is_newest = course.by_id, bool(course.story.in_force) and course.story.in_force[-1].id == one.id
    replaced_by = by_id.get(one.superseded_by) if one.superseded_by else None
    step = course.steps.get(one.id)
    before = by_id.get(step.previous_id) if step else None
    changed: tuple[tuple[Question, Answer, Answer], ...] = ()
    if step and before:
        changed = tuple(
            (question, getattr(before.answers, question), getattr(one.answers, question))
            for question in step.changed_answers
        )
    about, day = about_of(course.story.thread), short_day(one.assessed_at, scene.language)
    # What was entered in error can be put right again: by correcting the row that says so.
    last = replaced_by if replaced_by and replaced_by.retracted else one
    return Row(
        one=one,
        name=one.participant.reference,
        about=about,
        day=day,
        label=f"{one.participant.reference}, {about}, {day}",
        view=view_of(one.perspective, scene.language),
        badge=scene.badge(one.relationship_type, one.clarity),
        from_badge=scene.badge(before.relationship_type, before.clarity)
        if before and before.relationship_type is not one.relationship_type
        else None,
        replaced_by=replaced_by,
        moved=moved(step, scene.language) if step else None,
        reason=reason_of(step.change_reason, scene.language) if step and step.change_reason else None,
        changed=changed,
        advice=_advice(course.story) if is_newest else None,
        statements=(
            *one.statements,
            *(replaced_by.statements if replaced_by and replaced_by.retracted else ()),
        ),
        correct=last.id if last.id in scene.correctable else None,
        tried=tried_of(course.story, last, scene.ruleset, scene.language),
    )


def _advice(story: ThreadStory) -> EntryRead | None:
    """Return what fits the newest step, where it is short."""
    short = [one for one in story.advice if len(one.text) <= _SHORT_ADVICE]
    return short[0] if short else None


def _log(
    found: Iterable[Row | Happened],
) -> tuple[tuple[date, tuple[Row | Happened, ...]], ...]:
    # Backwards from the order of recording, so that a correction stands above what it corrects.
    oldest_first = sorted(found, key=lambda one: one.moment)
    newest_first = oldest_first[::-1]
    days = groupby(newest_first, key=lambda one: one.moment.astimezone(HERE).date())
    return tuple((day, tuple(some)) for day, some in days)
