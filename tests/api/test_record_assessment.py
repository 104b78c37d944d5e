"""POST /v1/assessments: the main job, through the real application."""

from typing import Any
from unittest.mock import ANY

from tests.support import Caller

MAIN_JOB: dict[str, Any] = {
    "case": {"reference": "2026-0042"},
    "participant": {"reference": "mother", "role": "parent"},
    "concern": {"reference": "signing", "wording": "learning to sign ourselves"},
    "conversation": {"held_at": "2026-11-20T09:00:00+01:00", "referral": "voluntary"},
    "answers": {"problem": "yes", "help_request": "maybe", "share_in_solution": "maybe"},
    "own_words": {"problem": "I worry about later"},
    "perspective": "practitioner",
    "judged_type": None,
    "judged_reason": None,
    "scales": {"progress": 4, "confidence": 6, "willingness": 7},
    "task_given": "observation",
    "previous_task_done": "partly",
    "change_reason": None,
    "note": None,
}


def test_it_works(anna: Caller) -> None:
    response = anna.post("/v1/assessments", MAIN_JOB)
    assert response.status_code == 201
    recorded = response.json()
    classification = recorded.pop("classification")
    assert recorded == {
        "id": ANY,
        "number": 1,
        "thread_id": ANY,
        "case_id": ANY,
        "assessed_at": "2026-11-20T08:00:00Z",
        "recorded_at": "2026-11-20T09:00:00Z",
        "recorded_by": {"id": ANY, "name": "anna"},
        "case": {"id": recorded["case_id"], "reference": "2026-0042"},
        "participant": {"id": ANY, "reference": "mother", "role": "parent"},
        "concern": {"id": ANY, "reference": "signing", "wording": "learning to sign ourselves"},
        "conversation": {"id": ANY, "held_at": "2026-11-20T08:00:00Z", "referral": "voluntary"},
        "answers": {"problem": "yes", "help_request": "maybe", "share_in_solution": "maybe"},
        "own_words": {"problem": "I worry about later", "help_request": None, "share_in_solution": None},
        "perspective": "practitioner",
        "relationship_type": "complainant",
        "clarity": "leaning",
        "provisional": False,
        "judged_type": None,
        "judged_reason": None,
        "scales": {"progress": 4, "confidence": 6, "willingness": 7},
        "task_given": "observation",
        "previous_task_done": "partly",
        "change_reason": None,
        "note": None,
        "supersedes": None,
        "superseded_by": None,
        "reason": None,
        "retracted": False,
        "transition": None,
    }
    assert response.headers["Location"] == f"/v1/assessments/{recorded['id']}"
    assert response.headers["ETag"] == '"1-1"'
    assert (classification["relationship_type"], classification["ruleset_version"]) == (
        "complainant",
        "2026.1",
    )
    assert anna.get(response.headers["Location"]).json() == response.json()
