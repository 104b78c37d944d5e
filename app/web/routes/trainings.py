"""Giving a training: begin one, see how far everybody is, show what came of it, end it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import Response

from app.domain.errors import InvalidInput
from app.domain.roles import Permission
from app.domain.texts import Language
from app.domain.training import MOST_STORIES, SessionMovesForward, SessionState
from app.knowledge.library import Quiz
from app.models.training_reads import TrainingChange, TrainingCreate, TrainingSessionList
from app.services import training, training_results
from app.services.catalogue import schema
from app.services.versions import Versions
from app.web.mistakes import FORM, mistakes_in, model_of
from app.web.pages import Pages
from app.web.qr import picture_of
from app.web.training_view import TrainingView, join_address, reasons, view_of_room
from app.web.visits import Visit, form, page
from app.web.wording import _, say

pages = Pages()
router = pages.router

Trainer = Annotated[Visit, page(Permission.RUN_TRAINING)]
TrainersForm = Annotated[Visit, form(Permission.RUN_TRAINING)]

_WHATEVER = Versions(frozenset("*"))
"""A training only moves forward, and what it is already it stays: there is nothing to overwrite."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@pages.get("trainings")
def show_trainings(visit: Trainer) -> Response:
    """List one's own trainings, and offer to begin one."""
    with visit.transaction() as work:
        found = training.list_sessions(work)
    return _list_page(visit, found, {})


@pages.post("trainings")
def begin_training(visit: TrainersForm) -> Response:
    """Begin a training with the stories that were ticked."""
    if visit.typed.resumes:
        return show_trainings(visit)
    found = TrainingSessionList(items=[])
    try:
        with visit.transaction() as work:
            found = training.list_sessions(work)
            begun = training.create_session(work, _wanted(visit))
            return visit.done(work, "training", code=begun.code)
    except InvalidInput as error:
        return _list_page(visit, found, _mistakes(visit, error))


def _wanted(visit: Visit) -> TrainingCreate:
    typed = visit.typed
    values = {"vignettes": typed.all_of("story"), "language": typed.get("language", visit.language)}
    return model_of(TrainingCreate, values)


def _mistakes(visit: Visit, error: InvalidInput) -> dict[str, str]:
    chosen = visit.typed.all_of("story")
    if not chosen:
        return {"story": say(visit.language, _("Choose at least one story."))}
    if len(chosen) > MOST_STORIES:
        return {"story": say(visit.language, _("Choose at most %(count)s stories."), count=MOST_STORIES)}
    names = {f"#/vignettes/{place}": "story" for place in range(len(chosen))}
    return mistakes_in(error, {**names, "#/language": "language"}, visit.language)


def _list_page(visit: Visit, found: TrainingSessionList, errors: Mapping[str, str]) -> Response:
    stories = visit.surroundings.knowledge.vignettes
    return visit.page(
        "trainings.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        trainings=found.items,
        stories=stories,
        groups=[
            (quiz, [(one, len(one.to_judge)) for one in stories.values() if one.quiz is quiz])
            for quiz in (Quiz.SCORED, Quiz.DISCUSSION)
        ],
        languages=[(Language.NL, "Nederlands"), (Language.EN, "English")],
        chosen=visit.typed.all_of("story"),
        typed=visit.typed,
        errors=errors,
    )


# ---------------------------------------------------------------- one training


@pages.get("training")
def show_training(visit: Trainer, code: str) -> Response:
    """Show the code to join by, how far everybody is, and what can be done now. Raises `NoSuchSession`."""
    with visit.transaction() as work:
        found = view_of_room(training.enter_as_trainer(work, code))
    return _training_page(visit, found, {})


@pages.post("training")
def change_training(visit: TrainersForm, code: str) -> Response:
    """Show the results to everybody, or end the training."""
    if visit.typed.resumes:
        return show_training(visit, code)
    try:
        with visit.transaction() as work:
            wanted = model_of(TrainingChange, {"state": visit.typed.get("state", "")})
            changed = training.change_session(work, code, wanted, _WHATEVER)
            shown = wanted.state is SessionState.RESULTS_SHOWN
            return visit.done(work, "training_results" if shown else "training", code=changed.code)
    except SessionMovesForward as error:
        return _refused(visit, code, error.detail[visit.language], HTTPStatus.CONFLICT)
    except InvalidInput:
        said = say(visit.language, _("Choose what to do with this training."))
        return _refused(visit, code, said, HTTPStatus.BAD_REQUEST)


def _refused(visit: Visit, code: str, said: str, status: HTTPStatus) -> Response:
    with visit.look(Permission.RUN_TRAINING) as work:
        found = view_of_room(training.enter_as_trainer(work, code))
    return _training_page(visit, found, {FORM: said}, status)


def _training_page(
    visit: Visit, found: TrainingView, errors: Mapping[str, str], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    address = join_address(visit.request, found.session)
    return visit.page(
        "training.html",
        status=status,
        training=found,
        to_join=address,
        picture=picture_of(address, fits=True),
        is_only_here=visit.request.url.hostname in _LOOPBACK,
        errors=errors,
    )


@pages.get("training_results")
def show_results(visit: Trainer, code: str) -> Response:
    """Show what came of a training; the key is in it once the results are shown. Raises `NoSuchSession`."""
    with visit.transaction() as work:
        found = view_of_room(training.enter_as_trainer(work, code))
    ruleset = visit.surroundings.knowledge.current
    return visit.page(
        "training_results.html",
        training=found,
        schema=schema(ruleset, visit.language),
        why=reasons(ruleset, visit.language),
    )


@pages.get("training_answers")
def take_answers_along(visit: Trainer, code: str) -> Response:
    """Give all answers as a file, without nicknames. Raises `NoSuchSession`."""
    with visit.transaction() as work:
        room = training.enter_as_trainer(work, code)
        found, name = training_results.anonymous_answers(room), room.training.code
    return Response(
        training_results.as_csv(found),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="training-{name}.csv"',
            "Cache-Control": "no-store",
        },
    )
