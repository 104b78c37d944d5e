"""Every page x every visitor x every kind of object: the status of each cell is declared here.

What refuses a form that comes from elsewhere is tried for every form in tests/web/test_forms_matrix.py.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.domain.roles import PERMISSION_SENTENCES, ROLE_PERMISSIONS, Permission
from app.domain.texts import Language
from app.main import create_app
from app.unguarded import is_page, permission_of
from app.web.places import PLACES, address
from tests.promises.world import ABSENT, CALLERS, World, kept_rows
from tests.support import START, Visitor, sign_in

VISITORS = (*CALLERS[: CALLERS.index("unknown")], "ended", "bearer", "anonymous")
"""The nine who can sign in; somebody whose session ended, somebody with a token only, and nobody."""

SIGNED_IN = VISITORS[: VISITORS.index("ended")]

# The columns, in the order of VISITORS:
#   owner, colleague, outsider, supervisor, other supervisor, trainer, admin, privacy officer, foreigner;
#   ended, bearer, anonymous.
#
# Who is not signed in goes to sign in.

CASE = {
    "own": "                200 404 404 200 404 403 403 403 404  303 303 303",
    "other_team": "         404 404 200 404 200 403 403 403 404  303 303 303",
    "other_organisation": " 404 404 404 404 404 403 403 403 200  303 303 303",
    "nonexistent": "        404 404 404 404 404 403 403 403 404  303 303 303",
    "malformed": "          404 404 404 404 404 404 404 404 404  404 303 303",
}
# A supervisor looks along and changes nothing.
WORK = {
    "own": "                200 404 404 403 403 403 403 403 404  303 303 303",
    "other_team": "         404 404 200 403 403 403 403 403 404  303 303 303",
    "other_organisation": " 404 404 404 403 403 403 403 403 200  303 303 303",
    "nonexistent": "        404 404 404 403 403 403 403 403 404  303 303 303",
    "malformed": "          404 404 404 404 404 404 404 404 404  404 303 303",
}
# But for their own second opinions, which they correct: what they are shown of others, they leave.
CORRECT = {
    "own": "                200 404 404 403 404 403 403 403 404  303 303 303",
    "other_team": "         404 404 200 404 403 403 403 403 404  303 303 303",
    "other_organisation": " 404 404 404 404 404 403 403 403 200  303 303 303",
    "nonexistent": "        404 404 404 404 404 403 403 403 404  303 303 303",
    "malformed": "          404 404 404 404 404 404 404 404 404  404 303 303",
}
COLLEAGUE = {
    "own": "                403 403 403 403 403 403 200 200 403  303 303 303",
    "other_team": "         403 403 403 403 403 403 200 200 403  303 303 303",
    "other_organisation": " 403 403 403 403 403 403 404 404 403  303 303 303",
    "nonexistent": "        403 403 403 403 403 403 404 404 403  303 303 303",
    "malformed": "          404 404 404 404 404 404 404 404 404  404 303 303",
}
OPEN = {"-": "              200 200 200 200 200 200 200 200 200  200 200 200"}
BY_NAME = {
    "existing": "           200 200 200 200 200 200 200 200 200  200 200 200",
    "nonexistent": "        404 404 404 404 404 404 404 404 404  404 404 404",
}
SIGN_IN = {"-": "           303 303 303 303 303 303 303 303 303  200 200 200"}
# Nobody here is half way, so there is nothing to go on with.
GO_ON = {"-": "             303 303 303 303 303 303 303 303 303  303 303 303"}
OWN = {"-": "               200 200 200 200 200 200 200 200 200  303 303 303"}
# Of an account to sign in with; the cast came in by another way.
ACCOUNT = {"-": "           404 404 404 404 404 404 404 404 404  303 303 303"}
DEAD_LINK = {"-": "         404 404 404 404 404 404 404 404 404  404 404 404"}
LIST = {"-": "              200 200 200 200 200 403 403 403 200  303 303 303"}
REPORT = {"-": "            403 403 403 200 200 403 403 403 403  303 303 303"}
RECORD = {"-": "            200 200 200 403 403 403 403 403 200  303 303 303"}
OFFICE = {"-": "            403 403 403 403 403 403 200 200 403  303 303 303"}
TRAININGS = {"-": "         403 403 403 403 403 200 403 403 403  303 303 303"}
TRAINING = {
    "existing": "           403 403 403 403 403 200 403 403 403  303 303 303",
    "nonexistent": "        403 403 403 403 403 404 403 403 403  303 303 303",
}
INVITE = {"-": "            403 403 403 403 403 403 200 403 403  303 303 303"}

APPROACH = {"-": "          200 200 200 200 200 200 403 403 200  303 303 303"}
ADD_ENTRY = {"-": "         403 403 403 200 200 403 403 403 403  303 303 303"}
# The approach is that of the whole organisation, whichever team somebody works in.
ENTRY = {
    "own": "                200 200 200 200 200 200 403 403 404  303 303 303",
    "other_team": "         200 200 200 200 200 200 403 403 404  303 303 303",
    "other_organisation": " 404 404 404 404 404 404 403 403 200  303 303 303",
    "nonexistent": "        404 404 404 404 404 404 403 403 404  303 303 303",
    "malformed": "          404 404 404 404 404 404 404 404 404  404 303 303",
}

PAGES = {
    **dict.fromkeys(("home", "practice", "combinations", "stories", "round", "sources", "signals"), OPEN),
    **dict.fromkeys(("language_check", "api", "accessibility"), OPEN),
    **dict.fromkeys(("practice_answers", "story"), BY_NAME),
    "join_by_code": OPEN,
    **dict.fromkeys(("join", "screen"), BY_NAME),
    "sign_in": SIGN_IN,
    **dict.fromkeys(("second_step", "choose_password"), GO_ON),
    **dict.fromkeys(("account", "confirm"), OWN),
    **dict.fromkeys(("account_password", "account_codes", "enrol_factor"), ACCOUNT),
    **dict.fromkeys(("welcome", "setup"), DEAD_LINK),
    **dict.fromkeys(("caseload", "caseload_csv", "attention", "signal_settings"), LIST),
    **dict.fromkeys(("case", "recorded", "advice_used"), CASE),
    **dict.fromkeys(("case_close", "case_hand_over", "record_in_case"), WORK),
    "correct": CORRECT,
    "second_opinions": LIST,
    **dict.fromkeys(("second_opinion", "second_opinion_ask"), CASE),
    "approach": APPROACH,
    "reflections": LIST,
    "own_entry_new": ADD_ENTRY,
    "own_entry": ENTRY,
    "record": RECORD,
    "reports": REPORT,
    **dict.fromkeys(("accounts", "teams", "tokens"), OFFICE),
    **dict.fromkeys(("account_of", "account_link", "account_roles"), COLLEAGUE),
    "account_new": INVITE,
    "trainings": TRAININGS,
    **dict.fromkeys(("training", "training_results", "training_answers"), TRAINING),
}
TABLE = {(place, kind): row.split() for place, rows in PAGES.items() for kind, row in rows.items()}

_NAMES = {
    "practice_answers": ("answers", {"existing": "yes-yes-no", "nonexistent": "yes-yes-perhaps"}),
    "story": ("id", {"existing": "vg01", "nonexistent": "vg99"}),
    "welcome": ("token", {"-": "wrr_none"}),
    "setup": ("token", {"-": "wrs_none"}),
}
_WITH_A_CODE = {"join", "screen", "training", "training_results", "training_answers"}
_OWNERS = {"own": "owner", "other_team": "outsider", "other_organisation": "foreigner"}


OBJECTS = {
    **dict.fromkeys(("recorded", "correct", "undo", "advice_used", "second_opinion_ask"), "assessments"),
    **dict.fromkeys(("second_opinion", "second_opinion_withdraw"), "second-opinions"),
    "own_entry": "own-entries",
}
"""What the id in an address is of; else it is of a case."""


def path_of(world: World, place: str, kind: str) -> str:
    """Return the English address of a page, for one kind of object."""
    if place in _NAMES:
        gap, values = _NAMES[place]
        return f"/en{PLACES[place].en}".replace("{" + gap + "}", values[kind])
    if kind == "-":
        return address(place, Language.EN)
    if place in _WITH_A_CODE:
        code = world.training["code"] if kind == "existing" else "XXXXXX"
        return address(place, Language.EN, code=code)
    found = {"nonexistent": ABSENT, "malformed": "0"}.get(kind)
    if found is None and place.startswith("account_"):
        found = str(world.users[_OWNERS[kind]].user_id)
    elif found is None:
        found = world.objects[kind][OBJECTS.get(place, "cases")]
    return address(place, Language.EN, id=found)


@pytest.fixture(scope="module")
def visitors(world: World) -> Iterator[dict[str, Visitor]]:
    """Everybody at the pages."""
    database = world.app.state.surroundings.database
    cookies = {name: sign_in(database, world.users[name], START) for name in SIGNED_IN}
    cookies["ended"] = sign_in(database, world.users["owner"], START - timedelta(days=1))
    with ExitStack() as stack:
        found = {name: Visitor(world.app, cookies.get(name)) for name in VISITORS}
        for one in found.values():
            stack.callback(one.http.close)
        found["bearer"].http.headers["Authorization"] = f"Bearer {world.tokens['owner']}"
        yield found


@pytest.mark.parametrize(("place", "kind"), TABLE)
def test_every_visitor_gets_what_the_table_says(
    world: World, visitors: dict[str, Visitor], place: str, kind: str
) -> None:
    path = path_of(world, place, kind)
    found = {name: visitor.get(path) for name, visitor in visitors.items()}
    assert [str(answer.status_code) for answer in found.values()] == TABLE[place, kind]
    for answer in found.values():
        if answer.status_code == 303 and place not in {"sign_in", "second_step", "choose_password"}:
            assert answer.headers["location"].startswith(address("sign_in", Language.EN))
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("place", [place for place, rows in PAGES.items() if "other_organisation" in rows])
def test_what_is_of_another_looks_like_what_is_not_there(
    world: World, visitors: dict[str, Visitor], place: str
) -> None:
    visitor = visitors["admin" if place.startswith("account_") else "owner"]
    pages = []
    for kind in ("other_organisation", "nonexistent"):
        path = path_of(world, place, kind)
        answer = visitor.get(path, headers={"X-Request-Id": "the-same-each-time"})
        # The address of the page itself stands in its links.
        pages.append(answer.text.replace(next(part for part in path.split("/") if len(part) >= 32), "it"))
    assert pages[0] == pages[1]
    assert "the-same-each-time" in pages[0]


def forms_of(app: FastAPI) -> dict[str, Permission | None]:
    """Return the English address of every form, with its permission."""
    return {
        context.path or "": permission_of(route)
        for context in iter_route_contexts(app.routes)
        if isinstance(route := context.original_route, APIRoute) and is_page(route)
        if "POST" in (context.methods or ()) and (context.path or "").startswith("/en/")
    }


FORMS = forms_of(create_app())


def test_the_table_has_every_page() -> None:
    shown = {
        context.path
        for context in iter_route_contexts(create_app().routes)
        if isinstance(context.original_route, APIRoute) and is_page(context.original_route)
        if "GET" in (context.methods or ()) and (context.path or "").startswith("/en/")
    }
    assert shown == {f"/en{PLACES[place].en}" for place in PAGES}


@pytest.mark.parametrize("path", [path for path, permission in FORMS.items() if permission])
def test_a_form_does_nothing_for_who_may_not(world: World, visitors: dict[str, Visitor], path: str) -> None:
    permission = FORMS[path]
    assert permission is not None
    asked = path.replace("{id}", world.objects["own"]["cases"])
    refused = 0
    for name in SIGNED_IN:
        if permission not in ROLE_PERMISSIONS[world.users[name].role]:
            answer = visitors[name].post(asked)
            assert answer.status_code == 403, name
            assert PERMISSION_SENTENCES[permission].en in answer.text
            refused += 1
    assert refused or permission is Permission.OWN_ACCOUNT
    assert visitors["anonymous"].post(asked).status_code == 401
    assert visitors["ended"].post(asked).status_code == 401


PLACE_OF = {f"/en{place.en}": name for name, place in PLACES.items()}


# Who confirms that it is them carries on what another form held; this one is never resumed itself.
@pytest.mark.parametrize(
    "path", [path for path, permission in FORMS.items() if permission and PLACE_OF[path] != "confirm"]
)
def test_a_form_that_is_shown_again_after_signing_in_sends_nothing(
    world: World, visitors: dict[str, Visitor], path: str
) -> None:
    place = PLACE_OF[path]
    kind = "existing" if place in _WITH_A_CODE else "own" if "{" in path else "-"
    asked, permission = path_of(world, place, kind), FORMS[path]
    may = [name for name in SIGNED_IN if permission in ROLE_PERMISSIONS[world.users[name].role]]
    assert may
    before = kept_rows(world.app.state.surroundings.database)
    found = {name: visitors[name].post(asked, {"resume": "1", "form": f"again-{name}"}) for name in may}
    statuses = {answer.status_code for answer in found.values()}
    assert statuses <= {200, 303, 403, 404}
    # Somebody is shown it; the cast has no accounts of its own, only ways in.
    assert statuses & {200, 303} or permission is Permission.OWN_ACCOUNT
    assert kept_rows(world.app.state.surroundings.database) == before


def test_the_same_form_that_is_sent_is_noticed(world: World, visitors: dict[str, Visitor]) -> None:
    database = world.app.state.surroundings.database
    before = kept_rows(database)
    sent = visitors["trainer"].post(address("trainings", Language.EN), {"story": "vg03", "form": "sent"})
    assert sent.status_code == 303
    changed = {table for table, rows in kept_rows(database).items() if rows != before[table]}
    assert changed == {"training_session", "idempotency_key"}


@pytest.mark.parametrize(
    "path", [path for path in FORMS if "/cases/{id}" in path or "/assessments/{id}" in path]
)
@pytest.mark.parametrize("kind", ["other_team", "other_organisation", "nonexistent"])
def test_a_form_about_what_is_not_ones_own_is_a_missing_page(
    world: World, visitors: dict[str, Visitor], path: str, kind: str
) -> None:
    kinds = world.objects.get(kind, {})
    id_ = kinds.get("assessments" if "assessments" in path else "cases", ABSENT)
    assert visitors["owner"].post(path.replace("{id}", id_)).status_code == 404
