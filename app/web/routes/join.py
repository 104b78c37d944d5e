"""Taking part in a training, on a phone: a code and a nickname, then one item at a time. No account."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Response

from app.domain.errors import InvalidInput
from app.domain.texts import Language
from app.domain.training import (
    AnsweredOtherwise,
    NicknameIsTaken,
    NoSuchSession,
    NotJoined,
    SessionIsClosed,
    SessionState,
    code_in,
)
from app.knowledge.library import Item
from app.models.training_reads import ParticipantCreate, TrainingAnswerCreate, TrainingAnswerRead
from app.services import training_answers
from app.services.catalogue import schema
from app.services.training import Room
from app.training_door import door_of
from app.unguarded import open_to_all
from app.web.forms import keep_participant, participant_secret
from app.web.judging import chosen_in, judged_in, missing_in
from app.web.mistakes import mistakes_in, model_of
from app.web.pages import Pages
from app.web.places import address
from app.web.qr import picture_of
from app.web.training_view import TrainingView, counts_of_room, join_address, reasons, view_of_room
from app.web.visits import AnyGuest, Guest, see_other
from app.web.wording import _, say

pages = Pages()
router = pages.router

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody with a code is in a training; `nickname` is `None` for who has not joined."""

    training: TrainingView
    nickname: str | None
    own: tuple[TrainingAnswerRead, ...]

    @property
    def next_item(self) -> Item | None:
        """The first item that was not answered yet."""
        done = {(one.vignette, one.assessment) for one in self.own}
        return next((item for key, item in self.training.items.items() if key not in done), None)

    def answer_to(self, item: Item) -> TrainingAnswerRead | None:
        """Return what was answered to an item before."""
        return next((one for one in self.own if (one.vignette, one.assessment) == item.key), None)


def _seat(room: Room, secret: str) -> Seat:
    try:
        nickname = training_answers.member(room, secret).nickname
    except NotJoined:
        return Seat(view_of_room(room), None, ())
    return Seat(view_of_room(room), nickname, tuple(training_answers.own_answers(room, secret)))


def _look(guest: Guest, code: str) -> Seat:
    """Look where somebody is. Raises `NoSuchSession`."""
    with door_of(guest.request, code).transaction(write=False) as room:
        return _seat(room, participant_secret(guest.request))


# ---------------------------------------------------------------- the code


@pages.get("join_by_code")
@open_to_all
def type_code(guest: AnyGuest) -> Response:
    """Ask for the code of a training, and go there."""
    typed = guest.request.query_params.get("code")
    if typed is None:
        return guest.page("join_by_code.html", typed="", errors={})
    code = code_in(typed)
    return _unknown(guest, typed) if code is None else guest.go("join", code=code)


def _unknown(guest: Guest, typed: str) -> Response:
    """Say that there is no training with this code, and ask again."""
    words = _("A code has six letters and numbers, such as 7KXP3M.")
    said = NoSuchSession.detail[guest.language] if code_in(typed) else say(guest.language, words)
    errors = {"code": f"{NoSuchSession.title[guest.language]}. {said}"}
    return guest.page(
        "join_by_code.html", status=HTTPStatus.NOT_FOUND, typed=" ".join(typed.split())[:24], errors=errors
    )


# ---------------------------------------------------------------- taking part


@pages.get("join")
@open_to_all
def show_join(guest: AnyGuest, code: str) -> Response:
    """Show what somebody with this code can do now: join, judge the next item, wait, or see the results."""
    right = code_in(code)
    if right is not None and right != code:
        return guest.go("join", code=right)
    try:
        if guest.wants_fragment:
            return _wait(guest, code)
        return _show(guest, _look(guest, code))
    except NoSuchSession:
        return _unknown(guest, code)


def _wait(guest: Guest, code: str) -> Response:
    """Say how far the others are: a page that waits asks this again and again."""
    with door_of(guest.request, code).transaction(write=False) as room:
        found = counts_of_room(room)
    return guest.page("join_waiting.html", fragment="_join_waiting.html", training=found)


def _show(guest: Guest, seat: Seat) -> Response:
    training = seat.training
    if training.are_shown:
        ruleset = guest.knowledge.current
        return guest.page(
            "join_results.html",
            seat=seat,
            training=training,
            schema=schema(ruleset, guest.language),
            why=reasons(ruleset, guest.language),
        )
    if training.session.state is SessionState.ENDED:
        return guest.page("join_ended.html", seat=seat, training=training)
    if seat.nickname is None:
        return _nickname_page(guest, training, {}, {}, HTTPStatus.OK)
    item = seat.next_item
    if item is None:
        return guest.page("join_waiting.html", seat=seat, training=training)
    return _item_page(guest, seat, item)


@pages.post("join")
@open_to_all
def join(guest: AnyGuest, code: str) -> Response:
    """Join under a nickname. A phone that has joined already goes on where it was."""
    try:
        seat = _look(guest, code)
        if seat.nickname is not None:
            return guest.go("join", code=code)
        body = model_of(ParticipantCreate, {"nickname": guest.typed.get("nickname", "")})
        with door_of(guest.request, code).transaction(hold="join") as room:
            joined, right = training_answers.join(room, body), room.training.code
    except NoSuchSession:
        return _unknown(guest, code)
    except SessionIsClosed:
        return guest.go("join", code=code)
    except InvalidInput as error:
        errors = mistakes_in(error, {"#/nickname": "nickname"}, guest.language)
        return _nickname_page(guest, seat.training, guest.typed, errors, HTTPStatus.BAD_REQUEST)
    except NicknameIsTaken as error:
        errors = {"nickname": f"{error.title[guest.language]}. {error.detail[guest.language]}"}
        typed = {"nickname": error.suggestion}
        return _nickname_page(guest, seat.training, typed, errors, HTTPStatus.CONFLICT)
    response = guest.go("join", code=right)
    paths = [address("join", language, code=right) for language in Language]
    keep_participant(guest.request, response, joined.participant, paths)
    return response


def _nickname_page(
    guest: Guest, training: TrainingView, typed: Texts, errors: Texts, status: HTTPStatus
) -> Response:
    return guest.page("join.html", status=status, training=training, typed=typed, errors=errors)


@pages.post("join_answer")
@open_to_all
def answer(guest: AnyGuest, code: str) -> Response:
    """Keep the answer to one item. What cannot be kept is shown, so that nothing is lost."""
    typed = guest.typed
    try:
        seat = _look(guest, code)
        item = seat.training.items.get((typed.get("story", ""), _number(typed.get("number", ""))))
        if item is None or seat.nickname is None:
            return guest.go("join", code=code)
        if missing := missing_in(typed, guest.language):
            return _item_page(
                guest, seat, item, typed=chosen_in(typed), errors=missing, status=HTTPStatus.BAD_REQUEST
            )
        return _keep(guest, code, item)
    except NoSuchSession:
        return _unknown(guest, code)


def _keep(guest: Guest, code: str, item: Item) -> Response:
    try:
        with door_of(guest.request, code).transaction(hold="answer") as room:
            training_answers.answer(room, _answer_to(guest, item))
    except (AnsweredOtherwise, SessionIsClosed) as error:
        seat = _look(guest, code)
        return guest.page(
            "join_not_kept.html",
            status=HTTPStatus.CONFLICT,
            training=seat.training,
            error=error,
            item=item,
            first=seat.answer_to(item),
            chosen=judged_in(guest.typed),
        )
    return see_other(address("join", guest.language, code=code) + "#judge")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0  # noqa: PLR2004 - at most 100


def _answer_to(guest: Guest, item: Item) -> TrainingAnswerCreate:
    judged = judged_in(guest.typed)
    return TrainingAnswerCreate(
        participant=participant_secret(guest.request),
        vignette=item.story.id,
        assessment=item.number,
        problem=judged.answers.problem,
        help_request=judged.answers.help_request,
        share_in_solution=judged.answers.share_in_solution,
        relationship_type=judged.relationship_type,
    )


def _item_page(
    guest: Guest,
    seat: Seat,
    item: Item,
    *,
    typed: Texts | None = None,
    errors: Texts | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    keys = list(seat.training.items)
    return guest.page(
        "join_item.html",
        status=status,
        schema=schema(guest.knowledge.current, guest.language),
        training=seat.training,
        seat=seat,
        item=item,
        number=keys.index(item.key) + 1,
        count=len(keys),
        typed=typed or {},
        errors=errors or {},
    )


# ---------------------------------------------------------------- the screen in the room


@pages.get("screen")
@open_to_all
def show_screen(guest: AnyGuest, code: str) -> Response:
    """Show the code in large letters and how far everybody is, for on the wall.

    It says no more than everybody with the code can see, so it needs no account, and that of the trainer
    need not stay open while others think. Raises `NoSuchSession`.
    """
    with door_of(guest.request, code).transaction(write=False) as room:
        found = counts_of_room(room)
    to_join = join_address(guest.request, found.session)
    return guest.page(
        "screen.html",
        fragment="_training_progress.html",
        training=found,
        to_join=to_join,
        picture=picture_of(to_join, fits=True),
    )
