"""A copy of everything that is kept of one client, and which passages stay out of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select

from app.domain.access_log import BASIS_SENTENCES, DEEDS
from app.domain.advice import what_followed
from app.domain.errors import FieldError, InvalidInput, WithheldAlready
from app.domain.information import SHEET
from app.domain.second_opinion import OpinionIsOpen
from app.domain.texts import Language, Text
from app.domain.thread import chain_of, in_force
from app.models.access_log import AccessEvent
from app.models.advice import AdviceUse, AdviceUseRead
from app.models.assessments import Assessment
from app.models.base import Named
from app.models.cases import (
    Case,
    CaseEvent,
    CaseStatus,
    Concern,
    ConcernRead,
    Conversation,
    ConversationRead,
    Participant,
    ParticipantRead,
)
from app.models.clients import AccessInCopy, ClientCopy, CopiedEvent, InformationRead
from app.models.organisations import Organisation
from app.models.reflections import Reflection
from app.models.rights import (
    ErasureOrder,
    Passage,
    PassageRead,
    Statement,
    Withholding,
    WithholdingCreate,
    WithholdingGround,
    WithholdingRead,
)
from app.models.threads import Thread, TransitionInThread, TransitionRow
from app.services.access_reads import events_about
from app.services.advice_uses import use_read, uses_in_case
from app.services.assessment_reads import assessment_head
from app.services.case_events import events_of
from app.services.clients import client_reads, find_file
from app.services.erasure_orders import orders_read
from app.services.opinion_reads import is_to_judge_blind, opinions_on_file
from app.services.own_approach import own_approach
from app.services.projections import judgement_of
from app.services.recorded import Recorded, recorded_in_file
from app.services.reflections import is_open_to_others, reflections_of_file
from app.services.signals import signals_now
from app.services.threads import thread_head
from app.services.work import Work

_TEXTS: Mapping[Passage, type[SQLModel]] = {
    **dict.fromkeys(Passage, Assessment),
    Passage.CLOSING_ANSWER: CaseEvent,
    Passage.TEXT: Statement,
    Passage.USE_REASON: AdviceUse,
    Passage.REFLECTION_TEXT: Reflection,
    Passage.WORDING: Concern,
}
_OF_ASSESSMENT = [passage for passage, kind in _TEXTS.items() if kind is Assessment]

Withheld = dict[tuple[UUID, Passage], WithholdingGround]


def withhold(work: Work, reference: str, body: WithholdingCreate) -> WithholdingRead:
    """Keep one passage out of all copies of a file, from now on.

    Raises `NotFound`, `InvalidInput` when there is no such text in the file, and `WithheldAlready`.
    """
    case = find_file(work, reference, hold=True)
    kind: Any = _TEXTS[body.field]
    named = select(getattr(kind, body.field)).where(
        col(kind.case_id) == case.id, col(kind.id) == body.entity_id
    )
    if kind is Reflection:
        # What somebody keeps for themselves is in no copy, and nobody else finds out that it is there.
        named = named.where(is_open_to_others())
    text = work.session.execute(named).scalar()
    if text is None:
        raise InvalidInput(errors=[FieldError("body", "#/entity_id", "no_such_passage", _NO_SUCH_PASSAGE)])
    same = select(Withholding.id).where(
        col(Withholding.entity_id) == body.entity_id, col(Withholding.field) == body.field
    )
    if work.session.exec(same).first():
        raise WithheldAlready
    row = Withholding(
        organisation_id=work.actor.organisation_id,
        case_id=case.id,
        entity_id=body.entity_id,
        field=body.field.value,
        ground=body.ground,
        recorded_at=work.now,
        recorded_by_id=work.actor.user_id,
    )
    work.session.add(row)
    work.session.flush()
    return WithholdingRead(
        id=row.id,
        entity_id=row.entity_id,
        field=body.field,
        ground=row.ground,
        recorded_at=row.recorded_at,
        recorded_by=Named(id=row.recorded_by_id, name=work.actor.name),
    )


_NO_SUCH_PASSAGE = Text(
    nl="In dit dossier is deze tekst er niet. Neem 'id' en veld uit het afschrift.",
    en="This text is not in this file. Take the 'id' and the field from the copy.",
)


def copy_of(work: Work, reference: str, language: Language) -> ClientCopy:
    """Return everything that is kept of a client, without what is withheld.

    Raises `NotFound`, and `OpinionIsOpen` for who is still to judge a conversation in it blind.
    """
    case = find_file(work, reference)
    if is_to_judge_blind(work, case.id):
        raise OpinionIsOpen
    recorded = recorded_in_file(work, case.id)
    withheld = _withheld(work, case, recorded)
    concerns = [
        ConcernRead(id=one.id, reference=one.reference, wording=_shown(withheld, one.id, one, "wording"))
        for one in _all(work, Concern, case)
    ]
    participants = [ParticipantRead.model_validate(one) for one in _all(work, Participant, case)]
    of_concern = {one.id: one for one in concerns}
    of_participant = {one.id: one for one in participants}
    steps = select(TransitionRow).where(col(TransitionRow.case_id) == case.id)
    threads = _all(work, Thread, case)
    signals = signals_now(work, threads, {case.id} if case.status is CaseStatus.OPEN else ())
    orders = select(ErasureOrder).where(col(ErasureOrder.case_id) == case.id)
    organisation = select(Organisation.name).where(col(Organisation.id) == work.actor.organisation_id)
    return ClientCopy(
        made_at=work.now,
        organisation=work.session.exec(organisation).one(),
        file=client_reads(work.session, [case])[0],
        information=[
            InformationRead(heading=one.heading[language], text=one.text[language]) for one in SHEET
        ],
        events=_events(work, case, withheld),
        participants=participants,
        concerns=concerns,
        conversations=[ConversationRead.model_validate(one) for one in _all(work, Conversation, case)],
        threads=[
            thread_head(one, of_participant[one.participant_id], of_concern[one.concern_id], signals[one.id])
            for one in threads
        ],
        assessments=[assessment_head(_without(one, withheld)) for one in recorded],
        advice_uses=_uses(work, case, recorded, withheld),
        reflections=[
            one.model_copy(update={"text": None}) if (one.id, Passage.REFLECTION_TEXT) in withheld else one
            for one in reflections_of_file(work, case.id)
        ],
        transitions=[
            TransitionInThread.model_validate(step)
            for step in work.session.exec(steps.order_by(col(TransitionRow.assessed_at)))
        ],
        second_opinions=opinions_on_file(work, case.id),
        withheld=[
            PassageRead(entity_id=entity_id, field=field, ground=ground)
            for (entity_id, field), ground in withheld.items()
        ],
        erasure_orders=orders_read(work, work.session.exec(orders.order_by(col(ErasureOrder.id))).all()),
        accesses=_accesses(work, case, language),
    )


def _all(work: Work, kind: Any, case: Case) -> Sequence[Any]:  # noqa: ANN401 - any table with a case
    return work.session.exec(select(kind).where(col(kind.case_id) == case.id).order_by(col(kind.id))).all()


def _events(work: Work, case: Case, withheld: Withheld) -> list[CopiedEvent]:
    return [
        CopiedEvent(
            id=id_,
            kind=event.kind,
            recorded_at=event.recorded_at,
            recorded_by=event.recorded_by,
            practitioner=event.practitioner,
            closing_answer=_shown(withheld, id_, event, "closing_answer"),
        )
        for id_, event in events_of(work, case.id)
    ]


def _uses(work: Work, case: Case, recorded: Iterable[Recorded], withheld: Withheld) -> list[AdviceUseRead]:
    judged = [judgement_of(one.columns) for one in recorded]
    in_thread = {one.columns["id"]: one.columns["thread_id"] for one in recorded}
    found = []
    for assessment_id, uses in uses_in_case(work, own_approach(work), case.id).items():
        thread = [one for one in judged if in_thread[one.id] == in_thread[assessment_id]]
        followed = what_followed(in_force(thread), chain_of(thread, assessment_id).newest_id)
        found += [use_read(work, used, followed) for used in uses]
    return [
        one.model_copy(update={"reason": None}) if (one.id, Passage.USE_REASON) in withheld else one
        for one in sorted(found, key=lambda one: (one.recorded_at, one.id))
    ]


def _accesses(work: Work, case: Case, language: Language) -> list[AccessInCopy]:
    events = work.session.exec(events_about(case.id).order_by(col(AccessEvent.number)))
    return [
        AccessInCopy(
            recorded_at=event.recorded_at,
            who=event.actor_name,
            role=event.role,
            done=DEEDS[event.event].done[language],
            action=event.action,
            outcome=event.outcome,
            why=BASIS_SENTENCES[event.basis][language] if event.basis else None,
            application=event.application,
            on_behalf_of=event.on_behalf_of,
        )
        for event in events
    ]


# ---------------------------------------------------------------- what stays out


def _withheld(work: Work, case: Case, recorded: list[Recorded]) -> Withheld:
    """Return every text that stays out: what was decided, and where the same text stands again.

    A correction takes texts over from what it corrects, so a withheld one goes in all of its thread.
    """
    rows = work.session.exec(select(Withholding).where(col(Withholding.case_id) == case.id)).all()
    withheld = {(row.entity_id, Passage(row.field)): row.ground for row in rows}
    grounds = {}
    for one in recorded:
        for passage in _OF_ASSESSMENT:
            ground = withheld.get((one.columns["id"], passage))
            if ground is not None:
                grounds[one.columns["thread_id"], passage, one.columns[passage]] = ground
    for one in recorded:
        for passage in _OF_ASSESSMENT:
            ground = grounds.get((one.columns["thread_id"], passage, one.columns[passage]))
            if ground is not None:
                withheld[one.columns["id"], passage] = ground
    return withheld


def _shown(withheld: Withheld, entity_id: UUID, row: Any, passage: str) -> str | None:  # noqa: ANN401 - any row
    return None if (entity_id, Passage(passage)) in withheld else getattr(row, passage)


def _without(one: Recorded, withheld: Withheld) -> Recorded:
    id_ = one.columns["id"]
    blank: dict[str, None] = {passage.value: None for passage in _OF_ASSESSMENT if (id_, passage) in withheld}
    if (one.concern_id, Passage.WORDING) in withheld:
        blank["concern_wording"] = None
    return replace(
        one,
        columns={**one.columns, **blank},
        statements=tuple(
            said.model_copy(update={"text": None}) if (said.id, Passage.TEXT) in withheld else said
            for said in one.statements
        ),
    )
