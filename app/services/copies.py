"""A copy of everything that is kept of one client, and which passages stay out of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select

from app.domain.access_log import BASIS_SENTENCES, DEEDS
from app.domain.errors import FieldError, InvalidInput, WithheldAlready
from app.domain.information import SHEET
from app.domain.texts import Language, Text
from app.models.access_log import AccessedClient, AccessEvent
from app.models.assessments import Assessment
from app.models.base import Named, table_of
from app.models.cases import (
    Case,
    CaseEvent,
    Concern,
    ConcernRead,
    Conversation,
    ConversationRead,
    Participant,
    ParticipantRead,
)
from app.models.clients import AccessInCopy, ClientCopy, CopiedEvent, InformationRead
from app.models.organisations import Organisation, User
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
from app.services.assessment_reads import Recorded, assessment_head
from app.services.clients import client_reads, find_file
from app.services.erasure_orders import orders_read
from app.services.statements import statements_of
from app.services.threads import thread_head
from app.services.visibility import points_at
from app.services.work import Work

_TEXTS: Mapping[Passage, type[SQLModel]] = {
    **dict.fromkeys(Passage, Assessment),
    Passage.CLOSING_ANSWER: CaseEvent,
    Passage.TEXT: Statement,
    Passage.WORDING: Concern,
}
_OF_ASSESSMENT = [passage for passage, kind in _TEXTS.items() if kind is Assessment]
_COLUMNS = tuple(table_of(Assessment).c.keys())

Withheld = dict[tuple[UUID, Passage], WithholdingGround]


def withhold(work: Work, reference: str, body: WithholdingCreate) -> WithholdingRead:
    """Keep one passage out of all copies of a file, from now on.

    Raises `NotFound`, `InvalidInput` when there is no such text in the file, and `WithheldAlready`.
    """
    case = find_file(work, reference, hold=True)
    kind: Any = _TEXTS[body.field]
    text = work.session.execute(
        select(getattr(kind, body.field)).where(col(kind.case_id) == case.id, col(kind.id) == body.entity_id)
    ).scalar()
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
    """Return everything that is kept of a client, without what is withheld. Raises `NotFound`."""
    case = find_file(work, reference)
    recorded = _recorded(work, case)
    withheld = _withheld(work, case, recorded)
    concerns = [
        ConcernRead(id=one.id, reference=one.reference, wording=_shown(withheld, one.id, one, "wording"))
        for one in _all(work, Concern, case)
    ]
    participants = [ParticipantRead.model_validate(one) for one in _all(work, Participant, case)]
    of_concern = {one.id: one for one in concerns}
    of_participant = {one.id: one for one in participants}
    steps = select(TransitionRow).where(col(TransitionRow.case_id) == case.id)
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
            thread_head(one, of_participant[one.participant_id], of_concern[one.concern_id])
            for one in _all(work, Thread, case)
        ],
        assessments=[assessment_head(_without(one, withheld)) for one in recorded],
        transitions=[
            TransitionInThread.model_validate(step)
            for step in work.session.exec(steps.order_by(col(TransitionRow.assessed_at)))
        ],
        withheld=[
            PassageRead(entity_id=entity_id, field=field, ground=ground)
            for (entity_id, field), ground in withheld.items()
        ],
        erasure_orders=orders_read(work, work.session.exec(orders.order_by(col(ErasureOrder.id))).all()),
        accesses=_accesses(work, case, language),
    )


def _all(work: Work, kind: Any, case: Case) -> Iterable[Any]:  # noqa: ANN401 - any table with a case
    return work.session.exec(select(kind).where(col(kind.case_id) == case.id).order_by(col(kind.id))).all()


def _recorded(work: Work, case: Case) -> list[Recorded]:
    """Return every assessment of the case, in the order in which they held."""
    correction = aliased(Assessment)
    rows = work.session.execute(
        select(Assessment)
        .join(Thread, points_at(Assessment, Assessment.thread_id, Thread))
        .join(Participant, points_at(Thread, Thread.participant_id, Participant))
        .join(Concern, points_at(Thread, Thread.concern_id, Concern))
        .join(Conversation, points_at(Assessment, Assessment.conversation_id, Conversation))
        .join(User, points_at(Assessment, Assessment.recorded_by_id, User))
        .outerjoin(correction, points_at(correction, correction.supersedes_id, Assessment))
        .where(col(Assessment.case_id) == case.id)
        .order_by(col(Assessment.assessed_at), col(Assessment.id))
        .with_only_columns(
            *(getattr(Assessment, name) for name in _COLUMNS),
            col(User.name),
            col(Participant.id),
            col(Participant.reference),
            col(Concern.id),
            col(Concern.reference),
            col(Conversation.held_at),
            col(correction.id),
        )
    ).all()
    width = len(_COLUMNS)
    said = statements_of(work.session, [row[_COLUMNS.index("id")] for row in rows])
    found = []
    for row in rows:
        columns = dict(zip(_COLUMNS, row[:width], strict=True))
        by, participant_id, participant, concern_id, concern, held_at, corrected_by = row[width:]
        found.append(
            Recorded(
                columns=columns,
                recorded_by=by,
                case=case.reference,
                participant_id=participant_id,
                participant=participant,
                concern_id=concern_id,
                concern=concern,
                held_at=held_at,
                superseded_by=corrected_by,
                statements=tuple(said[columns["id"]]),
            )
        )
    return found


def _events(work: Work, case: Case, withheld: Withheld) -> list[CopiedEvent]:
    by, practitioner = aliased(User), aliased(User)
    events = work.session.execute(
        select(CaseEvent, by.name, practitioner.name)
        .join(by, points_at(CaseEvent, CaseEvent.recorded_by_id, by))
        .join(practitioner, points_at(CaseEvent, CaseEvent.practitioner_id, practitioner))
        .where(col(CaseEvent.case_id) == case.id)
        .order_by(col(CaseEvent.id))
    )
    return [
        CopiedEvent(
            id=event.id,
            kind=event.kind,
            recorded_at=event.recorded_at,
            recorded_by=Named(id=event.recorded_by_id, name=by_name),
            practitioner=Named(id=event.practitioner_id, name=practitioner_name),
            closing_answer=_shown(withheld, event.id, event, "closing_answer"),
        )
        for event, by_name, practitioner_name in events
    ]


def _accesses(work: Work, case: Case, language: Language) -> list[AccessInCopy]:
    events = work.session.exec(
        select(AccessEvent)
        .join(
            AccessedClient,
            (col(AccessedClient.organisation_id) == col(AccessEvent.organisation_id))
            & (col(AccessedClient.event_id) == col(AccessEvent.id)),
        )
        .where(col(AccessedClient.case_id) == case.id)
        .order_by(col(AccessEvent.number))
    )
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
