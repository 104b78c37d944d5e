"""Each of the twelve stories, recorded through the API assessment by assessment."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from app.domain.thread import Direction, direction_of
from app.knowledge import load_knowledge
from app.knowledge.library import Vignette, VignetteAssessment
from app.services.demonstration import vignette_body
from tests.support import START, Caller, Clock

VIGNETTES = load_knowledge().vignettes


def record(caller: Caller, clock: Clock, vignette: Vignette, view: VignetteAssessment) -> Any:
    """Record one view on the day it was given."""
    clock.now = START + timedelta(days=view.day, hours=1)
    body = vignette_body(vignette, view, START, reference=vignette.id)
    response = caller.post("/v1/assessments", body.model_dump(mode="json", exclude_none=True))
    assert response.status_code == 201, response.text
    return response.json()


@pytest.mark.parametrize("vignette", VIGNETTES.values(), ids=VIGNETTES)
def test_a_story_gives_its_types_and_its_transitions(anna: Caller, clock: Clock, vignette: Vignette) -> None:
    recorded = [record(anna, clock, vignette, view) for view in vignette.assessments]
    assert [
        (one["classification"]["relationship_type"], one["classification"]["clarity"]) for one in recorded
    ] == [(view.relationship_type, view.clarity) for view in vignette.assessments]

    by_thread: dict[tuple[str, str], list[VignetteAssessment]] = {}
    for view in vignette.assessments:
        by_thread.setdefault((view.participant.nl, view.concern.nl), []).append(view)
    matrix = anna.get(f"/v1/cases/{recorded[0]['case_id']}/threads").json()["items"]
    assert len(matrix) == len(by_thread)

    expected = [
        step
        for views in by_thread.values()
        for before, after in pairwise(views)
        for step in [expected_step(before, after)]
    ]
    log = anna.get("/v1/transitions?limit=100").json()["items"]
    key = ("assessed_at", "from", "to", "direction", "changed_answers", "other_assessor")
    assert sorted([tuple(map(str, (step[name] for name in key))) for step in log]) == sorted(
        tuple(map(str, step)) for step in expected
    )


def expected_step(before: VignetteAssessment, after: VignetteAssessment) -> tuple[Any, ...]:
    """Work out from the story what the log has to say; no story looks back past a supervisor."""
    other = before.perspective is not after.perspective
    moment = (START + timedelta(days=after.day)).isoformat().replace("+00:00", "Z")
    return (
        moment,
        before.relationship_type,
        after.relationship_type,
        Direction.UNCLEAR if other else direction_of(before.relationship_type, after.relationship_type),
        [str(question) for question in before.answers.differences(after.answers)],
        other,
    )


def test_supervision_of_the_first_story_is_about_the_conversation_of_the_first_day(
    anna: Caller, clock: Clock
) -> None:
    story = VIGNETTES["vg01"]
    recorded = [record(anna, clock, story, view) for view in story.assessments]
    first, _, supervision = recorded[:3]
    assert supervision["conversation"] == first["conversation"]
    moments = [datetime.fromisoformat(one["assessed_at"]) for one in (first, supervision)]
    assert moments[1] - moments[0] == timedelta(days=21)
    assert (supervision["transition"]["other_assessor"], supervision["transition"]["movement"]) == (
        True,
        False,
    )
