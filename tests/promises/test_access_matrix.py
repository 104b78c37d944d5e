"""Every route x every caller x every kind of object: the status of each cell is declared here."""

from itertools import cycle
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from sqlmodel import col, select

from app.access import Access, may
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.main import create_app
from app.models.cases import Case
from app.openapi import document
from app.unguarded import is_page, permission_of
from tests.promises.world import ABSENT, CALLERS, OWN_ENTRY, OWNERS, STRANGERS, World, ask_for_opinion
from tests.support import answers

Row = tuple[str, str]
"""An operation, such as `GET /v1/cases/{id}`, and the kind of object it is asked for."""

BY_ID = ("own", "other_team", "other_organisation", "nonexistent", "malformed")
BY_REFERENCE = ("own", "other_team", "other_organisation", "nonexistent")
MONTHS = ("existing", "malformed")
PUBLIC = ("existing", "nonexistent")
NONE = ("-",)

NAMES_A_CASE = {"POST /v1/assessments", "POST /v1/cases", "POST /v1/erasure-orders"}
"""Operations that name their object by a reference in the body."""

# ---------------------------------------------------------------- the table
#
# The columns, in the order of CALLERS:
#   owner, colleague, outsider, supervisor, other supervisor, trainer, admin, privacy officer, foreigner;
#   unknown, expired, revoked, malformed, roleless, anonymous.
#
# A malformed id is refused before anybody looks into the database: 400 for whoever has a token of the
# right form, 401 for the others.

READ = {
    "own": "                200 404 404 200 404 403 403 403 404  401 401 401 401 401 401",
    "other_team": "         404 404 200 404 200 403 403 403 404  401 401 401 401 401 401",
    "other_organisation": " 404 404 404 404 404 403 403 403 200  401 401 401 401 401 401",
    "nonexistent": "        404 404 404 404 404 403 403 403 404  401 401 401 401 401 401",
    "malformed": "          400 400 400 400 400 400 400 400 400  400 400 400 401 400 401",
}
CORRECT = {
    "own": "                201 404 404 403 403 403 403 403 404  401 401 401 401 401 401",
    "other_team": "         404 404 201 403 403 403 403 403 404  401 401 401 401 401 401",
    "other_organisation": " 404 404 404 403 403 403 403 403 201  401 401 401 401 401 401",
    "nonexistent": "        404 404 404 403 403 403 403 403 404  401 401 401 401 401 401",
    "malformed": "          400 400 400 400 400 400 400 400 400  400 400 400 401 400 401",
}
# A supervisor corrects their own opinions and nothing else.
CORRECT_OWN = {
    **CORRECT,
    "other_team": "         404 404 201 404 403 403 403 403 404  401 401 401 401 401 401",
    "own": "                201 404 404 403 404 403 403 403 404  401 401 401 401 401 401",
    "other_organisation": " 404 404 404 404 404 403 403 403 201  401 401 401 401 401 401",
    "nonexistent": "        404 404 404 404 404 403 403 403 404  401 401 401 401 401 401",
}
ASK_OPINION = {kind: row.replace("200", "201") for kind, row in READ.items()}
GIVE_OPINION = {
    "own": "                403 403 403 201 404 403 403 403 403  401 401 401 401 401 401",
    "other_team": "         403 403 403 404 201 403 403 403 403  401 401 401 401 401 401",
    "other_organisation": " 403 403 403 404 404 403 403 403 403  401 401 401 401 401 401",
    "nonexistent": "        403 403 403 404 404 403 403 403 403  401 401 401 401 401 401",
    "malformed": "          400 400 400 400 400 400 400 400 400  400 400 400 401 400 401",
}
CHANGE = {kind: row.replace("201", "200") for kind, row in CORRECT.items()}
# A reference that only another organisation uses is free here: it names a new case.
RECORD = {
    "own": "                201 404 404 403 403 403 403 403 201  401 401 401 401 401 401",
    "other_team": "         404 404 201 403 403 403 403 403 201  401 401 401 401 401 401",
    "other_organisation": " 201 201 201 403 403 403 403 403 201  401 401 401 401 401 401",
    "nonexistent": "        201 201 201 403 403 403 403 403 201  401 401 401 401 401 401",
}
OPEN_CASE = {
    "own": "                409 404 404 403 403 403 403 403 201  401 401 401 401 401 401",
    "other_team": "         404 404 409 403 403 403 403 403 201  401 401 401 401 401 401",
    "other_organisation": " 201 201 201 403 403 403 403 403 409  401 401 401 401 401 401",
    "nonexistent": "        201 201 201 403 403 403 403 403 201  401 401 401 401 401 401",
}
# For the rights of a client the privacy officer sees every file of the organisation.
ASK_TO_ERASE = {
    "own": "                201 404 404 201 404 403 403 201 404  401 401 401 401 401 401",
    "other_team": "         404 404 201 404 201 403 403 201 404  401 401 401 401 401 401",
    "other_organisation": " 404 404 404 404 404 403 403 404 201  401 401 401 401 401 401",
    "nonexistent": "        404 404 404 404 404 403 403 404 404  401 401 401 401 401 401",
}
FILE = {
    "own": "                403 403 403 403 403 403 403 200 403  401 401 401 401 401 401",
    "other_team": "         403 403 403 403 403 403 403 200 403  401 401 401 401 401 401",
    "other_organisation": " 403 403 403 403 403 403 403 404 403  401 401 401 401 401 401",
    "nonexistent": "        403 403 403 403 403 403 403 404 403  401 401 401 401 401 401",
}
WITHHOLD = {kind: row.replace("200", "201") for kind, row in FILE.items()}
READ_ORDER = {
    "own": "                403 403 403 403 403 403 200 200 403  401 401 401 401 401 401",
    "other_team": "         403 403 403 403 403 403 200 200 403  401 401 401 401 401 401",
    "other_organisation": " 403 403 403 403 403 403 404 404 403  401 401 401 401 401 401",
    "nonexistent": "        403 403 403 403 403 403 404 404 403  401 401 401 401 401 401",
    "malformed": "          400 400 400 400 400 400 400 400 400  400 400 400 401 400 401",
}
DECIDE = {
    kind: row.replace("200 200", "403 200").replace("404 404", "403 404") for kind, row in READ_ORDER.items()
}
# The privacy officer granted it, so it takes somebody else.
EXECUTE = {kind: row.replace("200 200", "200 409") for kind, row in READ_ORDER.items()}
LIST_FILES = {"-": "        403 403 403 403 403 403 403 200 403  401 401 401 401 401 401"}
LIST_ORDERS = {"-": "       403 403 403 403 403 403 200 200 403  401 401 401 401 401 401"}
LIST = {"-": "              200 200 200 200 200 403 403 403 200  401 401 401 401 401 401"}
REPORT = {"-": "            403 403 403 200 200 403 403 403 403  401 401 401 401 401 401"}
# The approach of the organisation: everybody works by it, a supervisor looks after it.
LIST_APPROACH = {"-": "     200 200 200 200 200 200 403 403 200  401 401 401 401 401 401"}
ADD_APPROACH = {"-": "      403 403 403 201 201 403 403 403 403  401 401 401 401 401 401"}
READ_ENTRY = {
    "own": "                200 200 200 200 200 200 403 403 404  401 401 401 401 401 401",
    "other_team": "         200 200 200 200 200 200 403 403 404  401 401 401 401 401 401",
    "other_organisation": " 404 404 404 404 404 404 403 403 200  401 401 401 401 401 401",
    "nonexistent": "        404 404 404 404 404 404 403 403 404  401 401 401 401 401 401",
    "malformed": "          400 400 400 400 400 400 400 400 400  400 400 400 401 400 401",
}
CHANGE_ENTRY = {
    "own": "                403 403 403 201 201 403 403 403 403  401 401 401 401 401 401",
    "other_team": "         403 403 403 201 201 403 403 403 403  401 401 401 401 401 401",
    "other_organisation": " 403 403 403 404 404 403 403 403 403  401 401 401 401 401 401",
    "nonexistent": "        403 403 403 404 404 403 403 403 403  401 401 401 401 401 401",
    "malformed": "          400 400 400 400 400 400 400 400 400  400 400 400 401 400 401",
}
CHOOSE = {"-": "            403 403 403 200 200 403 403 403 403  401 401 401 401 401 401"}
# Who works with clients thinks about that work.
WRITE = {"-": "             201 201 201 201 201 403 403 403 201  401 401 401 401 401 401"}
LIST_PEOPLE = {"-": "       200 200 200 200 200 403 200 200 200  401 401 401 401 401 401"}
# The log is for the privacy officer, also where it is about a case.
LOG = {"-": "               403 403 403 403 403 403 403 200 403  401 401 401 401 401 401"}
SIGN_OFF = {"-": "          403 403 403 403 403 403 403 201 403  401 401 401 401 401 401"}
TELL = {
    "own": "                403 403 403 403 403 403 403 200 403  401 401 401 401 401 401",
    "other_team": "         403 403 403 403 403 403 403 200 403  401 401 401 401 401 401",
    "other_organisation": " 403 403 403 403 403 403 403 404 403  401 401 401 401 401 401",
    "nonexistent": "        403 403 403 403 403 403 403 404 403  401 401 401 401 401 401",
}
REVIEW = {
    "existing": "           403 403 403 403 403 403 403 200 403  401 401 401 401 401 401",
    "malformed": "          400 400 400 400 400 400 400 400 400  400 400 400 401 400 401",
}
BEGIN_TRAINING = {"-": "    403 403 403 403 403 201 403 403 403  401 401 401 401 401 401"}
LIST_TRAININGS = {"-": "    403 403 403 403 403 200 403 403 403  401 401 401 401 401 401"}
OWN_TRAINING = {
    "existing": "           403 403 403 403 403 200 403 403 403  401 401 401 401 401 401",
    "nonexistent": "        403 403 403 403 403 404 403 403 403  401 401 401 401 401 401",
}
# Whoever sends a token comes as the trainer; without one, nobody sees results before they are shown.
AGREEMENT = {
    "existing": "           403 403 403 403 403 200 403 403 403  401 401 401 401 401 409",
    "nonexistent": "        403 403 403 403 403 404 403 403 403  401 401 401 401 401 404",
}
OPEN = {"-": "              200 200 200 200 200 200 200 200 200  200 200 200 200 200 200"}
OPEN_BY_NAME = {
    "existing": "           200 200 200 200 200 200 200 200 200  200 200 200 200 200 200",
    "nonexistent": "        404 404 404 404 404 404 404 404 404  404 404 404 404 404 404",
}

JOIN = {kind: row.replace("200", "201") for kind, row in OPEN_BY_NAME.items()}

OPERATIONS = {
    "POST /v1/assessments": RECORD,
    "GET /v1/assessments": LIST,
    "GET /v1/assessments/{id}": READ,
    "POST /v1/assessments/{id}/corrections": CORRECT_OWN,
    "POST /v1/assessments/{id}/statements": CORRECT,
    "POST /v1/assessments/{id}/second-opinions": ASK_OPINION,
    "GET /v1/second-opinions": LIST,
    "GET /v1/second-opinions/{id}": READ,
    "POST /v1/second-opinions/{id}/answers": GIVE_OPINION,
    "POST /v1/second-opinions/{id}/withdrawals": READ,
    "GET /v1/reflection-prompts": OPEN,
    "GET /v1/reflections": LIST,
    "POST /v1/reflections": WRITE,
    "POST /v1/assessments/{id}/advice-uses": CORRECT,
    "GET /v1/assessments/{id}/advice-uses": READ,
    "GET /v1/own-entries": LIST_APPROACH,
    "POST /v1/own-entries": ADD_APPROACH,
    "GET /v1/own-entries/{id}": READ_ENTRY,
    "GET /v1/own-entries/{id}/versions": READ_ENTRY,
    "POST /v1/own-entries/{id}/versions": CHANGE_ENTRY,
    "GET /v1/hidden-entries": LIST_APPROACH,
    "POST /v1/hidden-entries": ADD_APPROACH,
    "GET /v1/clients": LIST_FILES,
    "GET /v1/clients/{case_reference}": FILE,
    "PATCH /v1/clients/{case_reference}": FILE,
    "GET /v1/clients/{case_reference}/export": FILE,
    "POST /v1/clients/{case_reference}/withholdings": WITHHOLD,
    "GET /v1/reports/retention": LIST_FILES,
    "POST /v1/erasure-orders": ASK_TO_ERASE,
    "GET /v1/erasure-orders": LIST_ORDERS,
    "GET /v1/erasure-orders/{id}": READ_ORDER,
    "POST /v1/erasure-orders/{id}/decisions": DECIDE,
    "POST /v1/erasure-orders/{id}/executions": EXECUTE,
    "POST /v1/cases": OPEN_CASE,
    "GET /v1/cases": LIST,
    "GET /v1/cases/{id}": READ,
    "PATCH /v1/cases/{id}": CHANGE,
    "GET /v1/cases/{id}/threads": READ,
    "GET /v1/threads/{id}": READ,
    "GET /v1/transitions": LIST,
    "GET /v1/threads": LIST,
    "GET /v1/reports/transitions": REPORT,
    "GET /v1/reports/caseload": REPORT,
    "GET /v1/reports/durations": REPORT,
    "GET /v1/users": LIST_PEOPLE,
    "GET /v1/teams": LIST_PEOPLE,
    "GET /v1/access-events": LOG,
    "GET /v1/clients/{case_reference}/access-events": TELL,
    "GET /v1/access-reviews": LOG,
    "POST /v1/access-reviews": SIGN_OFF,
    "GET /v1/access-reviews/{month}": REVIEW,
    "POST /v1/classifications": OPEN,
    "GET /v1/classifications": OPEN,
    "GET /v1/classifications/{combination}": OPEN_BY_NAME,
    "GET /v1/schema": OPEN,
    "GET /v1/approaches": OPEN,
    "GET /v1/approaches/{id}": OPEN_BY_NAME,
    "GET /v1/vignettes": OPEN,
    "GET /v1/vignettes/{id}": OPEN_BY_NAME,
    "GET /v1/sources": OPEN,
    "POST /v1/plain-language-checks": OPEN,
    "GET /v1/signals": OPEN,
    "GET /v1/signal-settings": LIST,
    "PUT /v1/signal-settings": CHOOSE,
    "POST /v1/training-sessions": BEGIN_TRAINING,
    "GET /v1/training-sessions": LIST_TRAININGS,
    "GET /v1/training-sessions/{code}": OPEN_BY_NAME,
    "PATCH /v1/training-sessions/{code}": OWN_TRAINING,
    "POST /v1/training-sessions/{code}/participants": JOIN,
    # The answer was given before.
    "POST /v1/training-sessions/{code}/answers": OPEN_BY_NAME,
    "GET /v1/training-sessions/{code}/answers": OWN_TRAINING,
    "GET /v1/training-sessions/{code}/agreement": AGREEMENT,
    "GET /v1/openapi.json": OPEN,
    "GET /v1/openapi-3.0.json": OPEN,
    "GET /health/live": OPEN,
    "GET /health/ready": OPEN,
}

TABLE: dict[Row, dict[str, int]] = {
    (operation, kind): dict(zip(CALLERS, map(int, row.split()), strict=True))
    for operation, rows in OPERATIONS.items()
    for kind, row in rows.items()
}

VISIBLE = {
    "owner": {"own"},
    "colleague": set(),
    "outsider": {"other_team"},
    "supervisor": {"own"},
    "other_supervisor": {"other_team"},
    "foreigner": {"other_organisation"},
}
"""Which of the seeded cases stand in the lists of whoever may list cases."""


# ---------------------------------------------------------------- asking


def operations_of(app: FastAPI) -> dict[str, Permission | None]:
    """Return every operation the application has, with its permission."""
    return {
        f"{method} {context.path}": permission_of(context.original_route)  # type: ignore[arg-type]  # a test says that all are API routes
        for context in iter_route_contexts(app.routes)
        if not is_page(context.original_route)  # type: ignore[arg-type]  # same
        for method in context.methods or ()
    }


def rows_of(app: FastAPI) -> set[Row]:
    """Return every operation with every kind of object it can be asked for."""
    rows = set()
    for operation, permission in operations_of(app).items():
        kinds: tuple[str, ...] = NONE
        if "{case_reference}" in operation:
            kinds = BY_REFERENCE
        elif "{month}" in operation:
            kinds = MONTHS
        elif "{code}" in operation:
            kinds = PUBLIC
        elif "{" in operation:
            kinds = BY_ID if permission else PUBLIC
        elif operation in NAMES_A_CASE:
            kinds = BY_REFERENCE
        rows |= {(operation, kind) for kind in kinds}
    return rows


def ask(world: World, caller: str, row: Row) -> Response:
    """Send the request of one cell: right in everything but, perhaps, who asks and for what."""
    operation, kind = row
    method, path = operation.split()
    options: dict[str, Any] = {}
    if method != "GET":
        options["json"] = body_of(operation, _reference(world, caller, row))
        if operation == "POST /v1/training-sessions/{code}/answers":
            options["json"] = world.training["answer"]
        if operation.endswith("/withholdings"):
            entity = world.objects.get(kind, {}).get("assessments", ABSENT)
            options["json"] = {"entity_id": entity, "field": "note", "ground": "harm"}
        options["headers"] = {"If-Match": "*"}
    if "second-opinions" in path and method == "POST":
        if path.startswith("/v1/assessments"):
            asked = world.asked.get(kind)
            options["json"] = {"supervisor_id": str(asked.user_id) if asked else ABSENT}
        if TABLE[row][caller] < 300:
            path = path.replace("{id}", _fresh_for_an_opinion(world, row))
    if path in STEPS and kind in ("own", "other_team"):
        path = f"/v1/erasure-orders/{_fresh_order(world, row)}/{STEPS[path]}"
    return world.ask(caller, method, _filled(world, path, kind), **options)


def _fresh_for_an_opinion(world: World, row: Row) -> str:
    """Return the id of an assessment to ask about, or of an opinion that is asked, in a new case."""
    operation, kind = row
    opinion = ask_for_opinion(world, kind, f"opinion-{uuid4()}")
    if not operation.startswith("POST /v1/assessments"):
        return str(opinion["id"])
    path = f"/v1/second-opinions/{opinion['id']}/withdrawals"
    assert world.ask(OWNERS[kind], "POST", path, json={}).status_code == 200
    return str(opinion["assessment_id"])


STEPS = {f"/v1/erasure-orders/{{id}}/{step}": step for step in ("decisions", "executions")}
"""Steps that an order takes once, so that every cell has an order of its own."""


def _fresh_order(world: World, row: Row) -> str:
    """Ask for the erasure of a new case; an execution finds it granted by the privacy officer."""
    operation, kind = row
    case = {"reference": f"order-{uuid4()}"}
    assert world.ask(OWNERS[kind], "POST", "/v1/cases", json=case).status_code == 201
    asked = {"case": case, "reason": "client_asked"}
    order = world.ask(OWNERS[kind], "POST", "/v1/erasure-orders", json=asked).json()
    if operation.endswith("/executions"):
        path = f"/v1/erasure-orders/{order['id']}/decisions"
        headers = {"If-Match": "*"}
        granted = world.ask("privacy_officer", "POST", path, json={"granted": True}, headers=headers)
        assert granted.status_code == 200, granted.text
    return str(order["id"])


def _filled(world: World, path: str, kind: str) -> str:
    if "{" not in path:
        return path
    if "{month}" in path:
        return path.format(month="2026-11" if kind == "existing" else "no-month")
    if "{case_reference}" in path:
        return path.format(case_reference=world.objects.get(kind, {}).get("reference", "nobody"))
    if kind == "existing":
        id_ = "com-st-01" if "approaches" in path else "vg01"
        return path.format(combination="yes-yes-no", id=id_, code=world.training["code"])
    if kind in world.objects:
        known = world.objects[kind]
        return path.format(id=known.get(path.split("/")[2]), case_reference=known["reference"])
    absent = ABSENT if kind == "nonexistent" else "no-id"
    return path.format(id=absent, case_reference=absent, combination="yes-yes-perhaps", code="CCCCCC")


def _reference(world: World, caller: str, row: Row) -> str:
    """Return the reference of a case that is there once per operation, or once per cell."""
    operation, kind = row
    name = operation.split("/")[2]
    if operation not in NAMES_A_CASE or kind == "nonexistent":
        return f"{name}-{kind}-{caller}"
    reference = f"{name}-{kind}" if kind != "other_organisation" else f"{name}-{kind}-{caller}"
    # The owner has it already; asking again changes nothing.
    opened = world.ask(OWNERS[kind], "POST", "/v1/cases", json={"reference": reference})
    assert opened.status_code in (201, 409), opened.text
    return reference


def body_of(operation: str, reference: str) -> dict[str, Any]:
    """Return a body that is right for an operation; `reference` is of the case it names, if it names one."""
    bodies: dict[str, dict[str, Any]] = {
        "POST /v1/assessments": {
            "case": {"reference": reference},
            "participant": {"reference": "mother"},
            "concern": {"reference": "signing"},
            "answers": answers("yyn"),
        },
        "POST /v1/assessments/{id}/corrections": {"answers": answers("nnn"), "reason": "I had misheard."},
        "POST /v1/access-reviews": {"month": "2026-11", "finding": "Nothing out of the ordinary."},
        "POST /v1/second-opinions/{id}/answers": {"answers": answers("nnn")},
        "POST /v1/cases": {"reference": reference},
        "POST /v1/assessments/{id}/statements": {"text": "I see it differently."},
        "POST /v1/assessments/{id}/advice-uses": {"entry_id": "cus-st-01", "use": "accepted"},
        "POST /v1/reflections": {"prompt_id": "tip-unique", "text": "She laughs at my jokes."},
        "POST /v1/own-entries": OWN_ENTRY,
        "POST /v1/own-entries/{id}/versions": OWN_ENTRY,
        "POST /v1/hidden-entries": {"entry_id": next(_ENTRIES)},
        "PATCH /v1/clients/{case_reference}": {"legal_hold": False},
        "POST /v1/erasure-orders": {"case": {"reference": reference}, "reason": "client_asked"},
        "POST /v1/erasure-orders/{id}/decisions": {"granted": True},
        "PATCH /v1/cases/{id}": {"status": "open"},
        "POST /v1/classifications": answers("yyn"),
        "PUT /v1/signal-settings": {"stuck_after": 3, "not_done_after": 2, "not_seen_days": 60},
        "POST /v1/training-sessions": {"vignettes": ["vg03"]},
        "PATCH /v1/training-sessions/{code}": {"state": "open"},
        "POST /v1/training-sessions/{code}/participants": {"nickname": new_nickname()},
        "POST /v1/plain-language-checks": {"text": "Moeder is kwetsbaar."},
    }
    return bodies.get(operation, {})


def new_nickname() -> str:
    """Return a nickname that nobody has; without digits, of which some look like a number of somebody."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex[:20])


_ENTRIES = cycle(f"{kind}-{number:02}" for kind in ("cus-qu", "com-qu") for number in range(1, 8))
"""Each cell hides another entry: what is hidden already is not hidden again."""


def without_instance(response: Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Return everything of an answer but the id of its request."""
    body = response.json()
    assert body.pop("instance") == response.headers["X-Request-Id"]
    headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
    return response.status_code, body, headers


# ---------------------------------------------------------------- the promises


def test_the_table_has_every_cell_of_every_route_and_no_other() -> None:
    assert set(TABLE) == rows_of(create_app())


def test_a_new_route_is_missed_in_the_table() -> None:
    app = create_app()

    @app.get("/v1/leaks/{id}")
    def read_leak(id: UUID, access: Annotated[Access, may(Permission.READ_CASES)]) -> None: ...  # noqa: A002 - as in the contract

    assert rows_of(app) - set(TABLE) == {("GET /v1/leaks/{id}", kind) for kind in BY_ID}


@pytest.mark.parametrize("row", TABLE, ids=" ".join)
def test_each_caller_gets_the_declared_status(world: World, row: Row) -> None:
    seen = {caller: ask(world, caller, row).status_code for caller in CALLERS}
    assert seen == TABLE[row]
    described = {
        operation["operationId"]: {int(status) for status in operation["responses"]}
        for item in document(world.app)["paths"].values()
        for method, operation in item.items()
        if method != "servers"
    }
    contexts = iter_route_contexts(world.app.routes)
    name = next(c.name for c in contexts if row[0] in {f"{method} {c.path}" for method in c.methods or ()})
    hidden = row[0].startswith("GET /v1/openapi")
    assert hidden or set(seen.values()) <= described[name or ""]


def test_a_route_that_forgets_who_may_see_what_is_noticed(world: World) -> None:
    app = create_app()

    @app.get("/v1/leaks/{id}")
    def read_leak(id: UUID, access: Annotated[Access, may(Permission.READ_CASES)]) -> str:  # noqa: A002 - as in the contract
        with access.transaction(write=False) as work:
            reference = work.session.exec(select(Case.reference).where(col(Case.id) == id)).first()
        if reference is None:
            raise NotFound
        return reference

    leaking = world.with_app(app)
    path = f"/v1/leaks/{world.objects['own']['cases']}"
    seen = {caller: leaking.ask(caller, "GET", path).status_code for caller in CALLERS}
    expected = TABLE["GET /v1/cases/{id}", "own"]
    assert {caller for caller in CALLERS if seen[caller] != expected[caller]} == {
        "colleague",
        "outsider",
        "other_supervisor",
    }


# Of files the privacy officer looks for those of another organisation, of its approach a supervisor does.
SEEKERS = [
    (
        operation,
        next(
            one
            for one in ("colleague", "supervisor", "privacy_officer")
            if TABLE[operation, kind][one] == 404
        ),
    )
    for operation, kind in TABLE
    if kind == "nonexistent" and "other_team" in OPERATIONS[operation]
    if OPERATIONS[operation] not in (RECORD, OPEN_CASE)
] + [("POST /v1/assessments", "colleague"), ("POST /v1/cases", "colleague")]


@pytest.mark.parametrize(("operation", "seeker"), SEEKERS)
def test_what_is_invisible_looks_like_what_does_not_exist(world: World, operation: str, seeker: str) -> None:
    kinds = [kind for kind in OPERATIONS[operation] if TABLE[operation, kind][seeker] == 404]
    answered = [without_instance(ask(world, seeker, (operation, kind))) for kind in kinds]
    assert len(kinds) >= 2
    assert answered == [answered[0]] * len(answered)
    assert world.objects["own"]["reference"] not in str(answered)


@pytest.mark.parametrize("row", [row for row in TABLE if TABLE[row]["anonymous"] == 401], ids=" ".join)
def test_every_bad_token_gets_the_same_answer(world: World, row: Row) -> None:
    refused = [caller for caller in STRANGERS if TABLE[row][caller] == 401]
    answered = [without_instance(ask(world, caller, row)) for caller in refused]
    assert answered == [answered[0]] * len(answered)
    assert answered[0][2]["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("caller", VISIBLE)
@pytest.mark.parametrize("path", ["/v1/assessments", "/v1/cases", "/v1/transitions", "/v1/threads"])
def test_a_list_shows_what_its_caller_may_see(world: World, path: str, caller: str) -> None:
    items = world.ask(caller, "GET", f"{path}?limit=100").json()["items"]
    shown = {item["id" if path == "/v1/cases" else "case_id"] for item in items}
    kinds = {kind: ids["cases"] for kind, ids in world.objects.items()}
    assert {kind for kind, case_id in kinds.items() if case_id in shown} == VISIBLE[caller]


@pytest.mark.parametrize("caller", VISIBLE)
@pytest.mark.parametrize("name", ["case", "thread", "participant"])
def test_a_filter_shows_nothing_more(world: World, name: str, caller: str) -> None:
    found = {
        kind
        for kind, ids in world.objects.items()
        if world.ask(caller, "GET", f"/v1/assessments?{name}={ids[f'{name}s']}").json()["items"]
    }
    assert found == VISIBLE[caller]


def test_nobody_sees_people_or_teams_of_another_organisation(world: World) -> None:
    for path in ("/v1/users", "/v1/teams"):
        here, there = (
            {item["id"] for item in world.ask(caller, "GET", path).json()["items"]}
            for caller in ("owner", "foreigner")
        )
        assert here
        assert not here & there


def test_a_case_is_not_handed_over_to_another_organisation(world: World) -> None:
    stranger = next(
        item["id"]
        for item in world.ask("foreigner", "GET", "/v1/users").json()["items"]
        if item["name"] == "bas"
    )
    path = f"/v1/cases/{world.objects['own']['cases']}"
    refusals = [
        without_instance(
            world.ask("owner", "PATCH", path, json={"practitioner_id": somebody}, headers={"If-Match": "*"})
        )
        for somebody in (stranger, ABSENT)
    ]
    assert refusals[0] == refusals[1]
    assert refusals[0][0] == 400


@pytest.mark.parametrize("caller", ["owner", "anonymous"])
def test_other_methods_are_refused_everywhere(world: World, caller: str) -> None:
    known = operations_of(world.app)
    for path in {operation.split()[1] for operation in known}:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            if f"{method} {path}" not in known:
                answered = world.ask(caller, method, path)
                assert (method, path, answered.status_code) == (method, path, 405)
