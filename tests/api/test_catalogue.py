"""The model itself, open to all."""

import pytest
from fastapi import FastAPI

from app.domain.approach import Audience, EntryKind
from app.knowledge import Knowledge
from tests.api.test_classifications import anybody, open_app
from tests.support import Caller

__all__ = ["anybody", "open_app"]


def test_the_schema_holds_the_whole_model(anybody: Caller, knowledge: Knowledge) -> None:
    schema = anybody.get("/v1/schema").json()
    assert {name: len(value) for name, value in schema.items() if isinstance(value, list)} == {
        "questions": 3,
        "answers": 4,
        "types": 3,
        "clarities": 5,
        "patterns": 12,
        "rules": 27,
        "task_kinds": 3,
        "laws": 5,
    }
    assert (schema["version"], schema["hash"]) == (knowledge.current.version, knowledge.current.hash)
    [threshold] = [rule for rule in schema["rules"] if rule["id"] == "yym"]
    assert threshold == {
        "id": "yym",
        "answers": {"problem": "yes", "help_request": "yes", "share_in_solution": "maybe"},
        "relationship_type": "complainant",
        "clarity": "leaning",
        "also_possible": ["customer"],
        "act_as": "complainant",
        "pattern": "threshold",
        "discussion": True,
        "why": (
            "On the threshold: a complainant relationship and a customer relationship are equally "
            "near. We choose the more cautious one, because something to do that comes too early "
            "costs more than something to look at that comes too late."
        ),
        "advice": (
            "Give an observation task that includes the own part: 'Notice what you do when it goes "
            "a little better.' Ask how much confidence there is, from 0 to 10."
        ),
        "sources": ["ISA", "DJB-m", "inf"],
    }


@pytest.mark.parametrize("audience", Audience)
def test_approaches_are_listed_by_audience_and_kind(
    anybody: Caller, knowledge: Knowledge, audience: Audience
) -> None:
    for kind in (None, *EntryKind):
        query = {"for": audience, "kind": kind} if kind else {"for": audience}
        found = anybody.get("/v1/approaches", params=query).json()["items"]
        assert [entry["id"] for entry in found] == [
            entry.id
            for entry in knowledge.current.entries
            if entry.audience is audience and kind in (None, entry.kind)
        ]


def test_an_approach_says_when_it_holds(anybody: Caller) -> None:
    assert anybody.get("/v1/approaches/com-ta-02").json() == {
        "id": "com-ta-02",
        "for": "complainant",
        "kind": "task",
        "text": (
            "Observation task that includes the own part: when it goes better, what do you do "
            "yourself at such moments?"
        ),
        "when": {
            "answers": {"share_in_solution": "maybe"},
            "agreed_steps_not_done": False,
            "same_type_in_a_row": 1,
        },
        "sources": ["DJB-m"],
    }


def test_every_story_can_be_read(anybody: Caller, knowledge: Knowledge) -> None:
    listed = anybody.get("/v1/vignettes").json()["items"]
    assert [one["id"] for one in listed] == list(knowledge.vignettes)
    for head in listed:
        story = anybody.get(f"/v1/vignettes/{head['id']}").json()
        assert {name: story[name] for name in head} == head
        assert len(story["assessments"]) == len(knowledge.vignettes[head["id"]].assessments)


def test_every_source_says_how_well_we_know_it(anybody: Caller, knowledge: Knowledge) -> None:
    listed = anybody.get("/v1/sources").json()["items"]
    assert [one["code"] for one in listed] == list(knowledge.sources)
    assert all(one["status"] for one in listed)


@pytest.mark.parametrize("path", ["approaches/xyz", "vignettes/vg99", "nothing", ""])
def test_what_is_not_there_is_not_found(anybody: Caller, path: str) -> None:
    response = anybody.get(f"/v1/{path}")
    assert (response.status_code, response.json()["title"]) == (404, "Not found")


@pytest.mark.parametrize("query", ["for=client", "kind=joke", "fr=visitor"])
def test_bad_queries_are_refused(anybody: Caller, query: str) -> None:
    assert anybody.get(f"/v1/approaches?{query}").status_code == 400


def test_health_answers(callers: dict[str, Caller], application: FastAPI) -> None:
    for path in ("/health/live", "/health/ready"):
        response = callers["nobody"].get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
    application.state.surroundings.database.close()
