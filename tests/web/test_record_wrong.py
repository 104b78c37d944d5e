"""Wrong forms: each comes back as it was typed, with the message at the field, and nothing is recorded."""

from typing import Any

import pytest

from tests.support import Caller
from tests.web.recording import NEW, Visit, count, fields_of, form_of, in_case, wrong_fields


@pytest.fixture
def first(anna: Caller) -> Any:
    """The first assessment of a case: mother, about signing."""
    return anna.record(answers="nnn")


WRONG = [
    ({"problem": "", "share_in_solution": ""}, ["problem", "share_in_solution"]),
    ({"help_request": "perhaps"}, ["help_request"]),
    ({"participant": ""}, ["participant"]),
    ({"participant": "nonsense"}, ["participant"]),
    ({"participant": "other"}, ["participant_reference"]),
    ({"participant": "other", "participant_reference": "123456782"}, ["participant_reference"]),
    ({"participant": "other", "participant_reference": "a@example.org"}, ["participant_reference"]),
    ({"participant": "other", "participant_reference": "x" * 65}, ["participant_reference"]),
    (
        {"participant": "other", "participant_reference": "x", "participant_role": "boss"},
        ["participant_role"],
    ),
    ({"participant_reference": "father"}, ["participant"]),
    ({"participant_role": "parent"}, ["participant"]),
    ({"concern_reference": "money"}, ["concern"]),
    ({"concern": "other", "concern_reference": "x", "concern_wording": "x" * 201}, ["concern_wording"]),
    ({"concern": ""}, ["concern"]),
    ({"note": "x" * 2001}, ["note"]),
    ({"note": "bsn 123456782"}, ["note"]),
    ({"words_problem": "a\x00b"}, ["words_problem"]),
    ({"words_help_request": "a\u202eb"}, ["words_help_request"]),
    ({"held_on": "2026-02-30", "held_time": "10:00"}, ["held_on"]),
    ({"held_on": "0000-01-01", "held_time": "10:00"}, ["held_on"]),
    ({"held_on": "0001-01-01", "held_time": "00:00"}, ["held_on"]),
    ({"held_on": "1899-12-31", "held_time": "10:00"}, ["held_on"]),
    ({"held_on": "2026-03-29", "held_time": "02:30"}, ["held_on"]),
    ({"held_on": "2026-11-20", "held_time": "24:00"}, ["held_on"]),
    ({"held_on": "2026-11-20"}, ["held_on"]),
    ({"held_on": "20261120", "held_time": "10:00"}, ["held_on"]),
    ({"held_on": "2026-11-20", "held_time": "10:06"}, ["held_on"]),  # six minutes from now
    ({"held_on": "9999-12-31", "held_time": "23:59"}, ["held_on"]),
    ({"assessed_on": "2026-11-01", "assessed_time": "9:00"}, ["assessed_on"]),
    (
        {
            "held_on": "2026-11-19",
            "held_time": "10:00",
            "assessed_on": "2026-11-18",
            "assessed_time": "10:00",
        },
        ["assessed_on"],
    ),
    ({"progress": "11"}, ["progress"]),
    ({"confidence": "-1"}, ["confidence"]),
    ({"willingness": "\u0667"}, ["willingness"]),
    ({"willingness": "7.0"}, ["willingness"]),
    ({"referral": "forced"}, ["referral"]),
    ({"task_given": "homework"}, ["task_given"]),
    ({"previous_task_done": "maybe"}, ["previous_task_done"]),
    ({"change_reason": "because"}, ["change_reason"]),
    ({"judged_type": "guest"}, ["judged_type"]),
    ({"judged_reason": "Daarom."}, ["judged_type"]),
    ({"perspective": "mine"}, ["perspective"]),
    ({"conversation": "0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"}, ["held_on"]),
    ({"problem": "", "note": "x" * 2001, "progress": "11"}, ["problem", "note", "progress"]),
]


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
@pytest.mark.parametrize(("changes", "fields"), WRONG)
def test_a_wrong_form_comes_back_as_it_was(
    visitor: Visit, anna: Caller, first: Any, changes: dict[str, str], fields: list[str]
) -> None:
    typed = in_case(first, words_share_in_solution="Ik doe het voor.", **changes)
    answer = visitor("anna").post(form_of(first), typed)
    assert answer.status_code == 400
    assert "<title>Error: " in answer.text
    assert wrong_fields(answer) == fields
    for name in fields:
        assert f'id="f-{name}"' in answer.text
    assert "Ik doe het voor." in answer.text
    kept = fields_of(answer)
    for name, value in typed.items():
        # A choice that is none of the list cannot be kept, and a NUL no page can hold.
        if name not in (*fields, "conversation"):
            assert kept.get(name, "") == value, name
    assert "<details open>" in answer.text
    assert count(anna) == 1


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"reference": ""}, ["reference"]),
        ({"reference": "123456782"}, ["reference"]),
        ({"reference": "+31 6 12345678"}, ["reference"]),
        (
            {"participant_reference": "", "concern_reference": " "},
            ["participant_reference", "concern_reference"],
        ),
    ],
)
def test_a_wrong_reference_comes_back_as_it_was(
    visitor: Visit, anna: Caller, changes: dict[str, str], fields: list[str]
) -> None:
    answer = visitor("anna").post("/nl/vastleggen", NEW | changes)
    assert (answer.status_code, wrong_fields(answer)) == (400, fields)
    assert "<details>" in answer.text
    assert (fields_of(answer).get("problem"), count(anna)) == ("yes", 0)


def test_somebody_of_another_case_cannot_be_chosen(visitor: Visit, anna: Caller, first: Any) -> None:
    other = anna.record(case={"reference": "another"}, participant={"reference": "secret-one"})
    conversation = other["conversation"]["id"]
    for typed, field in (
        (in_case(first, participant=other["participant"]["id"]), "participant"),
        (in_case(first, concern=other["concern"]["id"]), "concern"),
        (in_case(first, conversation=conversation), "held_on"),
    ):
        answer = visitor("anna").post(form_of(first), typed)
        assert (answer.status_code, wrong_fields(answer)) == (400, [field])
        assert "secret-one" not in answer.text
    assert count(anna) == 2
    for query in (f"participant={other['participant']['id']}", f"conversation={conversation}", "concern=%00"):
        page = visitor("anna").get(f"{form_of(first)}?{query}")
        assert page.status_code == 200
        assert f'value="{other["participant"]["id"]}"' not in page.text
        assert f'value="{conversation}"' not in page.text
