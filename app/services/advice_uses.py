"""What was done with the advice an assessment showed, and what followed. It is added, never changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlmodel import col, select

from app.domain.advice import OWN, Followed, OwnApproach, what_followed
from app.domain.approach import Entry, EntryKind
from app.domain.errors import FieldError, InvalidInput
from app.domain.ruleset import Ruleset
from app.domain.texts import Text
from app.domain.thread import chain_of, in_force
from app.models.advice import AdviceUse, AdviceUseCreate, AdviceUseRead, EntrySource, FollowedRead
from app.models.assessments import AssessmentRead
from app.models.base import Named
from app.models.cases import Case
from app.models.classifications import EntryRead
from app.models.organisations import User
from app.services.assessment_reads import read_assessment
from app.services.own_approach import own_approach
from app.services.places import refuse_restricted
from app.services.projections import judgements
from app.services.trail import new_salt
from app.services.visibility import points_at
from app.services.work import Work


@dataclass(frozen=True, slots=True)
class Used:
    """One row of `advice_use` with the entry it names. `counts`: nothing newer is about that entry."""

    row: AdviceUse
    recorded_by: str
    kind: EntryKind
    text: Text
    counts: bool


def shown_entries(one: AssessmentRead) -> list[EntryRead]:
    """Return every entry that an assessment showed: of its approach and of the step into it, each once."""
    of_step = one.transition.entries if one.transition else []
    return [*{entry.id: entry for entry in (*one.classification.approach.entries, *of_step)}.values()]


def use_advice(work: Work, assessment_id: UUID, body: AdviceUseCreate) -> AdviceUseRead:
    """Write down what was done with one entry, in a closed case as well.

    Raises `NotFound`, `CaseIsRestricted`, and `InvalidInput` for an entry that this assessment did not
    show.
    """
    one, _tag = read_assessment(work, assessment_id)
    [row] = use_all(work, one, [body])
    return next(used for used in _uses(work, one) if used.id == row.id)


def use_all(work: Work, one: AssessmentRead, bodies: Sequence[AdviceUseCreate]) -> list[AdviceUse]:
    """Write down what was done with several entries of an assessment that was read. Raises the same."""
    refuse_restricted(work, one.case_id)
    shown = {entry.id for entry in shown_entries(one)}
    layer = own_approach(work).at(one.recorded_at)
    rows = []
    for body in bodies:
        if body.entry_id not in shown:
            raise InvalidInput(errors=[FieldError("body", "#/entry_id", "not_shown", _NOT_SHOWN)])
        row = AdviceUse(
            organisation_id=work.actor.organisation_id,
            assessment_id=one.id,
            case_id=one.case_id,
            entry_id=body.entry_id,
            entry_version=str(layer.version_of(body.entry_id) or one.classification.ruleset_version),
            use=body.use,
            use_reason=body.reason,
            recorded_at=work.now,
            recorded_by_id=work.actor.user_id,
            salt=new_salt(),
        )
        work.session.add(row)
        work.trail.chain("advice_use/1", row.model_dump(), row.salt)
        rows.append(row)
    work.session.flush()
    return rows


_NOT_SHOWN = Text(
    nl="Deze inschatting liet dit advies niet zien. Neem een id uit de aanpak van de inschatting.",
    en="This assessment did not show this entry. Take an id from the approach of the assessment.",
)


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Shown:
    """An assessment, the entries it showed, and what was done with them. `restricted`: nothing changes."""

    assessment: AssessmentRead
    entries: list[EntryRead]
    uses: list[AdviceUseRead]
    restricted: bool


def advice_shown(work: Work, assessment_id: UUID) -> Shown:
    """Return what an assessment showed and what was used of it. Raises `NotFound`."""
    one, _tag = read_assessment(work, assessment_id)
    restricted = select(Case.restricted).where(col(Case.id) == one.case_id)
    return Shown(one, shown_entries(one), _uses(work, one), work.session.exec(restricted).one())


def uses_of(work: Work, assessment_id: UUID) -> list[AdviceUseRead]:
    """Return what was done with the entries of one assessment, the oldest first. Raises `NotFound`."""
    one, _tag = read_assessment(work, assessment_id)
    return _uses(work, one)


def _uses(work: Work, one: AssessmentRead) -> list[AdviceUseRead]:
    everything = judgements(work.session, one.thread_id)
    followed = what_followed(in_force(everything), chain_of(everything, one.id).newest_id)
    found = uses_in_case(work, own_approach(work), one.case_id).get(one.id, ())
    return [use_read(work, used, followed) for used in found]


def uses_in_case(
    work: Work, own: OwnApproach, case_id: UUID, known: datetime | None = None
) -> Mapping[UUID, tuple[Used, ...]]:
    """Return what was done in a case the actor was found to see, by assessment, the oldest first.

    By `known`, when it is given.
    """
    statement = (
        select(AdviceUse, User.name)
        .join(User, points_at(AdviceUse, AdviceUse.recorded_by_id, User))
        .where(col(AdviceUse.case_id) == case_id)
        .order_by(col(AdviceUse.recorded_at), col(AdviceUse.id))
    )
    if known is not None:
        statement = statement.where(col(AdviceUse.recorded_at) <= known)
    rows = work.session.exec(statement).all()
    if not rows:
        return {}
    newest = {(row.assessment_id, row.entry_id): row.id for row, _ in rows}
    found: defaultdict[UUID, list[Used]] = defaultdict(list)
    for row, name in rows:
        kind, text = _entry(work, own, row)
        counts = newest[row.assessment_id, row.entry_id] == row.id
        found[row.assessment_id].append(Used(row, name, kind, text, counts))
    return {id_: tuple(uses) for id_, uses in found.items()}


def use_read(work: Work, used: Used, followed: Followed | None) -> AdviceUseRead:
    """Return one use in the language of the work."""
    row = used.row
    return AdviceUseRead(
        id=row.id,
        assessment_id=row.assessment_id,
        entry_id=row.entry_id,
        entry_version=row.entry_version,
        source=EntrySource.OWN if row.entry_id.startswith(OWN) else EntrySource.CATALOGUE,
        kind=used.kind,
        text=used.text[work.language],
        use=row.use,
        reason=row.use_reason,
        counts=used.counts,
        recorded_at=row.recorded_at,
        recorded_by=Named(id=row.recorded_by_id, name=used.recorded_by),
        followed_by=FollowedRead(
            assessment_id=followed.judgement.id,
            assessed_at=followed.judgement.assessed_at,
            relationship_type=followed.judgement.relationship_type,
            clarity=followed.judgement.clarity,
            direction=followed.step.direction,
        )
        if followed
        else None,
    )


def _entry(work: Work, own: OwnApproach, row: AdviceUse) -> tuple[EntryKind, Text]:
    """Return the entry a row names, in the version it was shown in."""
    if row.entry_id.startswith(OWN):
        version = int(row.entry_version)
        found = next(one for one in own.versions if one.entry_id == row.entry_id and one.version == version)
        return found.kind, found.text
    entry = _by_id(work.knowledge.rulesets[row.entry_version])[row.entry_id]
    return entry.kind, entry.text


@cache
def _by_id(ruleset: Ruleset) -> Mapping[str, Entry]:
    return {entry.id: entry for entry in ruleset.entries}
