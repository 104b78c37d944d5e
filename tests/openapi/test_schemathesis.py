"""Everything the API description promises, tried on the real application, in every role.

Schemathesis makes up requests from the description, right and wrong ones, and compares the answers with
it; every run makes up the same ones. To look further, for minutes instead of seconds, give
SCHEMATHESIS_EXAMPLES=300, and SCHEMATHESIS_DATABASE=postgresql for the other database, to
`make test ARGS="--timeout 0 tests/openapi/test_schemathesis.py"`.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.openapi.checks import RejectedPositiveData

from app.domain.roles import ROLE_PERMISSIONS, Permission, Role
from app.main import create_app
from app.openapi import document
from app.services.organisations import TokenOrder
from tests.support import Caller, People, make_token
from tests.training import begin

LOOK_FURTHER = "SCHEMATHESIS_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "10"))
DATABASE = os.environ.get("SCHEMATHESIS_DATABASE", "embedded")

on_one_database = pytest.mark.parametrize("database", [DATABASE], indirect=True)

# ---------------------------------------------------------------- what a schema cannot say

# No conversation is in the future, and nothing here is older than 1900. The clock of the tests stands at
# the end of 2026.
schemathesis.openapi.format(
    "date-time",
    st.datetimes(datetime(1900, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat),  # noqa: DTZ001 - the strategy adds the zone
)

# Why input that fits its schema can be refused all the same.
BEYOND_THE_SCHEMA = {
    "before_the_conversation",  # one moment has to come after another
    *("looks_like_bsn", "looks_like_email", "looks_like_iban", "looks_like_phone"),  # proofs are no patterns
    "month_not_begun",  # next month it will have
    "invalid_cursor",  # it has to come from a list
    "not_a_practitioner",  # it has to be the id of a colleague in that role
    "not_in_this_file",  # a participant has to be of this case
    "no_such_passage",  # a text has to be there before it can be withheld
    *("unknown_story", "only_to_read", "twice"),  # stories have to be there, with something to judge, once
    "nickname_of_somebody",  # proofs are no patterns
    "not_in_training",  # an item has to be one of this training
    "cannot_be_asked",  # it has to be the id of a supervisor who did not judge yet
    *("question_missing", "signal_of_now"),  # some filters go with others
    *("ends_before_it_begins", "too_long"),  # so do the two ends of a period
    "not_shown",  # an entry has to be one that this assessment showed
    "thread_without_case",  # a thread goes with its case
    "no_such_prompt",  # a prompt has to be one of ours
    "no_such_entry",  # and so has an entry that is hidden
    "about_safety",
    "no_change",  # what is shown is not shown again
    "too_soon",  # and nothing begins before now
    "task_without_type",
    "declined_reason",  # the reason is needed with one choice only
}


def keep_failure(
    _context: object, failure: Exception, _case: object, response: schemathesis.Response
) -> bool:
    """Tell whether a failure is one: to refuse valid data for a reason that no schema can give is right."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    codes = {error["code"] for error in response.json().get("errors", [])}
    return not codes or not codes <= BEYOND_THE_SCHEMA


# ---------------------------------------------------------------- a run


def configuration(
    known: dict[str, list[str]], token: str | None = None, *, coverage: bool = True
) -> SchemathesisConfig:
    """All checks. What is limited says why."""
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "cache": {"enabled": False},
            "continue-on-failure": True,
            "generation": {"deterministic": True, "max-examples": EXAMPLES, "database": "none"},
            "auth": {"openapi": {"token": {"bearer": token}}} if token else {},
            "phases": {"coverage": {"enabled": coverage}},
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": [
                        "2xx",
                        "304",  # the caller has it already
                        "401",  # no token
                        "403",  # another role
                        "404",  # the id of nothing, or of something invisible
                        "409",  # the case is there already or closed, the step was taken before
                        "412",  # not the newest version
                        "422",  # a key that came with another example before
                    ]
                },
                "negative_data_rejection": {
                    "expected-statuses": ["400", "401", "403", "404", "405", "415", "422", "428"]
                },
                "missing_required_header": {
                    "expected-statuses": [
                        "400",
                        "401",
                        "403",
                        "422",  # a key that came with another example before
                        "428",  # a change without `If-Match` (RFC 6585)
                    ]
                },
            },
            # What is in the database, for half of the requests.
            "dictionaries": {name: {"values": values} for name, values in known.items()},
            "parameters": {
                **{
                    f"query.{name}": {"dictionary": name, "probability": 0.5}
                    for name in ("case", "thread", "participant", "practitioner")
                },
                "query.cursor": {"dictionary": "cursor", "probability": 1},
                "header.If-Match": {"dictionary": "tag", "probability": 0.5},
                "body.case.reference": {"dictionary": "reference", "probability": 0.5},
                "body.participant.reference": {"dictionary": "person", "probability": 0.5},
                "body.entity_id": {"dictionary": "assessment", "probability": 0.8},
                "body.practitioner_id": {"dictionary": "practitioner", "probability": 0.5},
                "path.combination": {"dictionary": "combination", "probability": 0.5},
                "path.code": {"dictionary": "code", "probability": 0.8},
            },
            "operations": [
                {
                    "include-path-regex": f"^/{name}s/",
                    "parameters": {"path.id": {"dictionary": name, "probability": 0.5}},
                }
                for name in ("assessment", "case", "thread", "vignette")
            ]
            + [
                {
                    "include-path-regex": "^/approaches/",
                    "parameters": {"path.id": {"dictionary": "approach", "probability": 0.5}},
                },
                {
                    "include-path-regex": "^/erasure-orders/",
                    "parameters": {"path.id": {"dictionary": "order", "probability": 0.8}},
                },
            ],
        }
    )


@dataclass
class Findings:
    """What a run found, and which operations gave which answers."""

    failures: list[str] = field(default_factory=list)
    answers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, recorder: ScenarioRecorder) -> None:
        for id_, node in recorder.cases.items():
            interaction = recorder.interactions.get(id_)
            if interaction and interaction.response:
                self.answers[node.value.operation.label].add(interaction.response.status_code)
        self.failures += _failures(recorder)


def _failures(recorder: ScenarioRecorder) -> Iterator[str]:
    for id_, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info:
                interaction = recorder.interactions.get(check.failure_info.failure.case_id or id_)
                response = interaction.response if interaction else None
                yield "\n".join(
                    (
                        f"{recorder.label}: {check.name}",
                        check.failure_info.failure.message,
                        check.failure_info.code_sample,
                        f"{response.status_code} {response.text}" if response else "no answer",
                    )
                )


def explore(
    application: FastAPI,
    config: SchemathesisConfig,
    path: str | None = None,
    only: Collection[str] | None = None,
) -> Findings:
    """Run all phases over the whole description, over one address, or over these operations."""
    description: schemathesis.BaseSchema = schemathesis.openapi.from_asgi(
        "/v1/openapi.json", application, config=config
    )
    if path:
        description = description.exclude(lambda context: context.operation.path != path)
    if only is not None:
        description = description.exclude(
            lambda context: f"{context.operation.method.upper()} {context.operation.path}" not in only
        )
    description.hook("filter_failure")(keep_failure)
    findings = Findings()
    for event in from_schema(description).execute():
        match event:
            case events.ScenarioFinished():
                findings.add(event.recorder)
            case events.NonFatalError():
                findings.failures.append(f"{event.label}: {event.value!r}")
            case events.FatalError():
                raise event.exception
            case _:
                pass
    return findings


@pytest.fixture
def known(callers: dict[str, Caller], people: People, application: FastAPI) -> dict[str, list[str]]:
    """Put something in the database, and return what leads to it."""
    anna = callers["anna"]
    words = {"problem": "I worry.", "help_request": "What now?", "share_in_solution": "I listen."}
    texts = {"own_words": words, "judged_type": "visitor", "judged_reason": "She left.", "note": "At school."}
    recorded = [
        anna.record(case={"reference": reference}, answers=answers, **texts)
        # The last is the example of a reference, for addresses with one.
        for reference in ("2026-0001", "2026-0002", "2026-0042")
        for answers in ("yyn", "yyy")
    ]
    next_page: str = anna.get("/v1/assessments?limit=1").json()["next"]
    return {
        "approach": ["com-st-01"],
        "assessment": [one["id"] for one in recorded],
        "case": [one["case_id"] for one in recorded],
        "code": codes(callers),
        "combination": ["yes-maybe-unknown"],
        "cursor": [next_page.rpartition("cursor=")[2]],
        "order": orders(callers, application, people),
        "person": ["mother"],
        "participant": [one["participant"]["id"] for one in recorded],
        "practitioner": [str(people.users["bas"].user_id)],
        "reference": ["2026-0001", "2026-0002", "2026-0042"],
        "tag": ['"1"', '"1-1"', "*"],
        "thread": [one["thread_id"] for one in recorded],
        "vignette": ["vg01"],
    }


def codes(callers: dict[str, Caller]) -> list[str]:
    """Begin trainings of which some show their results."""
    trainings = [begin(callers, "vg03") for _ in range(6)]
    for training in trainings[::2]:
        assert training.change("results_shown").status_code == 200
    return [training.code for training in trainings]


def orders(callers: dict[str, Caller], application: FastAPI, people: People) -> list[str]:
    """Ask for erasures of other cases; half of them are granted, so that somebody else carries them out."""
    token = make_token(
        application.state.surroundings.database, people, TokenOrder("office", Role.PRIVACY_OFFICER, 90)
    )
    office, found = Caller(application, token), []
    for number in range(20):
        case = {"reference": f"2025-{number:04}"}
        callers["anna"].record(case=case)
        order = callers["anna"].post("/v1/erasure-orders", {"case": case, "reason": "retention"}).json()
        if number % 2:
            path = f"/v1/erasure-orders/{order['id']}/decisions"
            assert office.post(path, {"granted": True}, headers={"If-Match": "*"}).status_code == 200
        found.append(order["id"])
    return found


@pytest.fixture
def config_of_anna(known: dict[str, list[str]], people: People) -> SchemathesisConfig:
    """Everything, as a practitioner."""
    return configuration(known, people.tokens["anna"])


# ---------------------------------------------------------------- the promises


@on_one_database
@pytest.mark.parametrize("name", ["anna", "sam", "tess", "aad", "petra", "nobody"])
def test_the_service_keeps_every_promise_of_its_description(
    name: str, application: FastAPI, people: People, known: dict[str, list[str]]
) -> None:
    # To go through all values of all fields in one role is enough: they mean the same in every role.
    config = configuration(known, people.tokens.get(name), coverage=name == "anna" or LOOK_FURTHER)
    user = people.users.get(name)
    # What a role may not do, and what needs no role, is tried in the access matrix and by nobody.
    permitted = _permitted(application, ROLE_PERMISSIONS[user.role] if user else frozenset({None}))
    # Schemathesis does not try the address it has the description from.
    permitted -= {"GET /openapi.json"}
    findings = explore(application, config, only=permitted)
    assert not findings.failures, "\n\n".join(findings.failures)
    successful = {name for name, found in findings.answers.items() if any(200 <= one < 300 for one in found)}
    # A supervisor corrects nothing but opinions of their own.
    by_luck = UP_TO_CHANCE | ({"POST /assessments/{id}/corrections"} if name == "sam" else set())
    assert successful | by_luck == permitted | by_luck


UP_TO_CHANCE = {
    *("POST /clients/{case_reference}/withholdings", "POST /assessments/{id}/advice-uses"),
    "POST /cases",
    *("POST /reflections", "POST /hidden-entries", "POST /own-entries"),
    *("POST /own-entries/{id}/versions", "GET /own-entries/{id}", "GET /own-entries/{id}/versions"),
    *("GET /second-opinions/{id}", "POST /second-opinions/{id}/answers"),
    *("POST /second-opinions/{id}/withdrawals", "PUT /signal-settings"),
    *("POST /training-sessions/{code}/answers", "POST /assessments/{id}/second-opinions"),
}
"""A file, a row in it and a text of that row have to belong together, which is found by luck only; so have a
training, somebody in it and an item of it, an opinion and who was asked, settings with
their version, and a reference that is still free.

`tests/api/test_rights.py` and `tests/api/test_training.py` try it on purpose.
"""


def _permitted(application: FastAPI, permissions: Collection[Permission | None]) -> set[str]:
    """Return the operations that need one of these permissions; `None` stands for those that need none."""
    return {
        f"{method.upper()} {path}"
        for path, item in document(application)["paths"].items()
        for method, operation in item.items()
        if method != "servers" and operation.get("x-permission") in permissions
    }


# ---------------------------------------------------------------- and a broken one is found

Json = dict[str, Any]


def forget_an_answer(operation: Json) -> None:
    del operation["responses"]["400"]


def call_it_text(operation: Json) -> None:
    content = operation["responses"]["200"]["content"]
    content["text/plain"] = content.pop("application/json")


def promise_another_shape(operation: Json) -> None:
    operation["responses"]["200"]["content"]["application/json"]["schema"] = {"type": "array"}


def promise_a_header(operation: Json) -> None:
    operation["responses"]["200"]["headers"]["Sunset"] = {"required": True, "schema": {"type": "string"}}


def promise_a_lock(operation: Json) -> None:
    operation["security"] = [{"token": []}]


def _limit(operation: Json) -> Json:
    (schema,) = (one["schema"] for one in operation["parameters"] if one["name"] == "limit")
    return cast("Json", schema)


def promise_less(operation: Json) -> None:
    _limit(operation)["maximum"] = 99


def promise_more(operation: Json) -> None:
    _limit(operation)["maximum"] = 101


@on_one_database
@pytest.mark.parametrize(
    ("path", "spoil", "check"),
    [
        ("/transitions", forget_an_answer, "status_code_conformance"),
        ("/vignettes/{id}", call_it_text, "content_type_conformance"),
        ("/vignettes/{id}", promise_another_shape, "response_schema_conformance"),
        ("/vignettes/{id}", promise_a_header, "response_headers_conformance"),
        ("/vignettes/{id}", promise_a_lock, "ignored_auth"),
        ("/transitions", promise_less, "negative_data_rejection"),
        ("/transitions", promise_more, "positive_data_acceptance"),
    ],
)
def test_a_broken_promise_is_found(
    path: str,
    spoil: Callable[[Json], None],
    check: str,
    application: FastAPI,
    config_of_anna: SchemathesisConfig,
) -> None:
    spoiled = create_app(["testserver"])
    spoiled.state.surroundings = application.state.surroundings
    spoiled.openapi_schema = deepcopy(document(spoiled))
    spoil(spoiled.openapi_schema["paths"][path]["get"])
    findings = explore(spoiled, config_of_anna, path)
    assert f"GET {path}: {check}" in {failure.partition("\n")[0] for failure in findings.failures}
