"""The open endpoints: no account, nothing stored, an answer for every combination."""

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.access import Surroundings
from app.domain.answers import ALL_ANSWERS, Answers
from app.knowledge import Knowledge
from app.main import create_app
from tests.support import Caller, Clock, answers


@pytest.fixture
def open_app(knowledge: Knowledge, clock: Clock) -> FastAPI:
    """The application without a database: what is open must not need one."""
    app = create_app()
    app.state.surroundings = Surroundings(None, knowledge, clock)  # type: ignore[arg-type]  # on purpose
    return app


@pytest.fixture
def anybody(open_app: FastAPI) -> Caller:
    return Caller(open_app)


def test_it_works(anybody: Caller) -> None:
    result = anybody.post("/v1/classifications", answers("yyn"))
    assert result.status_code == 200
    document = result.json()
    entries = document["approach"].pop("entries")
    assert document == {
        "answers": {"problem": "yes", "help_request": "yes", "share_in_solution": "no"},
        "relationship_type": "complainant",
        "label": "complainant",
        "gentle_label": "searching",
        "clarity": "clear",
        "provisional": False,
        "act_as": "complainant",
        "candidates": ["complainant"],
        "pattern": "canonical",
        "why": "The person is troubled and asks for help, but the change has to come from elsewhere.",
        "advice": (
            "Acknowledge the trouble, thank the person for the precise information and turn the "
            "complaint into a wish. Close with an observation task."
        ),
        "what_would_change_it": [
            {
                "question": question,
                "answer": answer,
                "relationship_type": relationship_type,
                "clarity": clarity,
            }
            for question, answer, relationship_type, clarity in (
                ("problem", "maybe", "complainant", "leaning"),
                ("problem", "no", None, "contradictory"),
                ("help_request", "no", "visitor", "leaning"),
                ("share_in_solution", "yes", "customer", "clear"),
                ("share_in_solution", "maybe", "complainant", "leaning"),
            )
        ],
        "next_question": None,
        "approach": {
            "goal": "Let the complaint be heard, and help it grow into a wish of the person's own.",
            "task_kind": "observation",
            "closing": "Acknowledgement, a compliment on keeping going and an observation task.",
            "law": {
                "id": "law-2",
                "text": ("Helping is more than carrying out a request: find out first what it is for."),
                "reason": (
                    "There is a request, but you cannot work with it yet, for instance because "
                    "somebody else would have to change."
                ),
                "caution": "Asking further is not digging: stay with what the person came for.",
            },
        },
        "ruleset_version": "2026.1",
        "ruleset_hash": "2e407b56376a046a255c5bb2814c5b712d03aab12bdf86ce110d681e4c766f5d",
    }
    assert entries[0] == {
        "id": "com-st-01",
        "kind": "stance",
        "text": (
            "Goal: from 'this must stop' to 'this is what I want', and from the other person to "
            "what I notice myself."
        ),
        "sources": ["BAN", "TRI"],
    }


@pytest.mark.parametrize("combination", ALL_ANSWERS, ids=lambda one: one.code)
def test_every_combination_is_a_resource_and_the_same_as_when_posted(
    anybody: Caller, combination: Answers
) -> None:
    resource = anybody.get(f"/v1/classifications/{combination.slug}")
    posted = anybody.post("/v1/classifications", answers(combination.code))
    assert (resource.status_code, resource.json()) == (200, posted.json())
    again = anybody.get(
        f"/v1/classifications/{combination.slug}",
        headers={"If-None-Match": resource.headers["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    assert resource.headers["Cache-Control"] == again.headers["Cache-Control"] == "public, max-age=3600"


def test_the_list_has_all_of_them(anybody: Caller) -> None:
    items = anybody.get("/v1/classifications").json()["items"]
    assert len(items) == 64
    assert items[0] == anybody.get("/v1/classifications/yes-yes-yes").json()


def test_nothing_answered_is_an_answer_too(anybody: Caller) -> None:
    result = anybody.post("/v1/classifications", {}).json()
    assert (result["clarity"], result["act_as"], result["next_question"]["about"]) == (
        "incomplete",
        "visitor",
        "problem",
    )


@pytest.mark.parametrize(
    ("header", "language", "label"),
    [
        ("nl", "nl", "klager"),
        ("en", "en", "complainant"),
        ("en-GB,en;q=0.9,nl;q=0.8", "en", "complainant"),
        ("nl;q=0.1, en;q=0.2", "en", "complainant"),
        # Languages we do not speak, refused ones and nonsense leave Dutch.
        ("de, fr;q=0.5", "nl", "klager"),
        ("en;q=0", "nl", "klager"),
        ("en;q=much", "nl", "klager"),
        ("*", "nl", "klager"),
        ("", "nl", "klager"),
        (",;,=;q", "nl", "klager"),
    ],
)
def test_the_language_that_was_asked_for(open_app: FastAPI, header: str, language: str, label: str) -> None:
    http = TestClient(open_app, base_url="http://localhost", headers={"Accept-Language": header})
    response = http.post("/v1/classifications", json=answers("yyn"))
    assert (response.json()["label"], response.headers["Content-Language"]) == (label, language)
    assert response.headers["Vary"] == "Accept-Language"


@pytest.mark.parametrize("slug", ["yes-yes", "yes-yes-yes-yes", "YES-YES-NO", "ja-ja-nee", "yyn", "%00"])
def test_what_is_no_combination_is_not_found(anybody: Caller, slug: str) -> None:
    assert anybody.get(f"/v1/classifications/{slug}").status_code == 404


@pytest.mark.parametrize(
    "body", [None, [], "yes", 1, {"problem": "Yes"}, {"problem": 1}, {"hulpvraag": "yes"}]
)
def test_bad_input_is_refused(anybody: Caller, body: Any) -> None:
    response = anybody.http.post("/v1/classifications", json=body)
    assert response.status_code == 400
    assert response.json()["errors"]
