"""Who is asked for a second opinion cannot peek: not through any door of the API, nor on any page.

Every route there is, also one that is made tomorrow, is asked for everything in the case by whoever is to
judge it blind. Then everything that was judged there is changed, and every route is asked again. Not one byte
of the answers may have become another: so nothing in them depends on what was judged.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.database import Database
from app.domain.texts import Language
from app.openapi import document
from app.unguarded import is_page
from app.web.places import PLACES
from tests.opinions import NOTE, add_supervisor, ask, asked, correct, give, read, record, withdraw
from tests.promises.test_access_matrix import body_of
from tests.promises.test_concurrency import all_at_once
from tests.support import START, Caller, Clock, People, Visitor, sign_in

ENDS_IT = {
    *("/v1/second-opinions/{id}/answers", "/v1/second-opinions/{id}/withdrawals"),
    *(f"/{language}{PLACES['second_opinion_withdraw'][language]}" for language in Language),
}
"""Where a form or a call ends that somebody is asked: what comes after that is no peeking."""

WRITES_OWN = (
    *("/own-entries", "/hidden-entries", "/approach", "/aanpak"),
    *("/reflections", "-reflections", "-reflecties"),
)
"""What adds something of whoever walks, so that a second walk would find more."""

SIGNED_OUT = ("/sign-out", "/uitloggen", "/sessions", "/sessies", "/role", "/rol")
"""Forms after which who looks is not the same any more."""

CANARIES = (NOTE, "She practises at home.", "Kept to herself.", "nothing-of-this-kind")
EVERYTHING = {
    "note": NOTE,
    "judged_reason": "She practises at home.",
    "judged_type": "customer",
    "scales": {"progress": 1, "confidence": 1, "willingness": 1},
    "previous_task_done": "no",
}

Answers = dict[str, tuple[int, bytes, tuple[tuple[str, str], ...]]]


@dataclass
class Case:
    """A case in which sam is asked something, with the id of everything in it.

    `question` asks sam once more.
    """

    recorded: dict[str, Any]
    opinion: str
    question: dict[str, str]
    reference: str = "2026-0042"
    more: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        one = self.recorded
        named = [one[name]["id"] for name in ("case", "participant", "concern", "conversation")]
        return [*named, one["id"], one["thread_id"], self.opinion, *self.more]

    @property
    def by_kind(self) -> dict[str, list[str]]:
        """What an id can be of, where the address says so; elsewhere it is asked for everything."""
        one, assessments = self.recorded, [self.recorded["id"], *self.more]
        return {
            **{word: [one["case_id"]] for word in ("cases", "dossiers")},
            **dict.fromkeys(("assessments", "inschattingen", "recorded", "vastgelegd"), assessments),
            **{word: [self.opinion] for word in ("second-opinions", "tweede-inschattingen")},
            "threads": [one["thread_id"]],
        }


@dataclass
class Doors:
    """Everything somebody can ask for: with a token, and with a browser."""

    app: FastAPI
    caller: Caller
    visitor: Visitor

    def walk(self, case: Case) -> Answers:
        """Ask every route for everything in the case, and return what each answered.

        Where the role may not pass at all, it is asked once: which case it is about is not looked at.
        """
        return {**self.walk_the_api(case), **dict(self._of_the_pages(case))}

    def walk_the_api(self, case: Case) -> Answers:
        """Do the same with a token alone."""
        return dict(self._of_the_api(case))

    def look(self, paths: Iterable[str]) -> Answers:
        """Ask for these alone."""
        whose = {path: self.caller if path.startswith("/v1") else self.visitor for path in paths}
        return dict(self._asked(who, "GET", path) for path, who in whose.items())

    def _of_the_api(self, case: Case) -> Iterator[tuple[str, Any]]:
        described = document(self.app)["paths"]
        for method, route in doors_of(self.app, pages=False):
            known = described.get(route.removeprefix("/v1"), {}).get(method.lower(), {})
            for path in filled(method, route, case):
                options: dict[str, Any] = {"headers": {"If-Match": "*"}}
                if method != "GET":
                    options["json"] = body_of(f"{method} {route}", case.reference) or case.question
                yield (asked_for := self._asked(self.caller, method, path, **options))
                if asked_for[1][0] == HTTPStatus.FORBIDDEN:
                    break
                if path == route:
                    for query in queries(known.get("parameters", ()), case):
                        yield self._asked(self.caller, method, path, params=query, **options)

    def _of_the_pages(self, case: Case) -> Iterator[tuple[str, Any]]:
        for method, route in doors_of(self.app, pages=True):
            if method == "POST" and ("{id}" not in route or any(word in route for word in SIGNED_OUT)):
                continue
            for path in filled(method, route, case):
                yield (
                    asked_for := self._sent(path)
                    if method == "POST"
                    else self._asked(self.visitor, "GET", path)
                )
                if asked_for[1][0] == HTTPStatus.FORBIDDEN:
                    break
                if path == route:
                    yield self._asked(self.visitor, "GET", path, params={"reference": case.reference})

    def _asked(self, who: Caller | Visitor, method: str, path: str, **options: Any) -> tuple[str, Any]:
        response = who.http.request(method, path, **options)
        return f"{method} {path} {options.get('params', '')}", plain(response)

    def _sent(self, path: str) -> tuple[str, Any]:
        return f"POST {path}", plain(self.visitor.post(path, {"problem": "yes", "reason": "Peeking."}))


def doors_of(app: FastAPI, *, pages: bool) -> list[tuple[str, str]]:
    """Return every method of every address there is: of pages, or of the API."""
    return [
        (method, context.path or "")
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute) and is_page(context.original_route) is pages
        for method in sorted(context.methods or ())
    ]


def filled(method: str, path: str, case: Case) -> list[str]:
    """Return the addresses of a route, with each gap filled in with whatever of the case could be meant."""
    if method == "POST" and (path in ENDS_IT or any(one in path for one in WRITES_OWN)):
        return []
    of_one_kind = case.by_kind.get(path.partition("/{id}")[0].rpartition("/")[2])
    gaps = {
        "id": of_one_kind or case.ids,
        "case_reference": [case.reference],
        "month": ["2026-11"],
        "combination": ["yes-yes-yes"],
        "answers": ["yes-yes-yes"],
        "token": ["wrr_none"],
        "code": ["AAAAAA"],
        "name": ["app.css"],
    }
    names = re.findall(r"{(\w+)", path)
    blank = re.sub(r"{\w+(:\w+)?}", "{}", path)
    return [blank.format(*values) for values in product(*(gaps[name] for name in names))]


def queries(parameters: Iterable[dict[str, Any]], case: Case) -> Iterator[dict[str, Any]]:
    """Yield a query for each value that each parameter of a route can have."""
    for one in parameters:
        if one["in"] != "query":
            continue
        schemas = [one["schema"], *one["schema"].get("anyOf", [])]
        formats = {schema.get("format") for schema in schemas}
        values: list[Any] = [value for schema in schemas for value in schema.get("enum", [])]
        values += case.ids if "uuid" in formats else []
        values += ["2026-11-01T00:00:00Z"] if "date-time" in formats else []
        values += [case.reference, 1, True] if not values else []
        yield from ({one["name"]: value} for value in values)


_EVERY_TIME = re.compile(
    rb'name="form" value="[^"]*"|"instance":"[^"]*"|[0-9a-f]{32}'
    rb"|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
)


def plain(response: Any) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
    """Return an answer without what differs every time: ids, and the keys of forms."""
    headers = sorted((name, value) for name, value in response.headers.items() if name not in _PASSING)
    return response.status_code, _EVERY_TIME.sub(b"", response.content), tuple(headers)


_PASSING = {"x-request-id", "date", "content-length"}


def said(answers: Answers) -> dict[str, set[str]]:
    """Return which canaries each answer holds, in body or headers, where it holds some."""
    found = {}
    for asked_for, (_, body, headers) in answers.items():
        text = body.decode("utf-8", "replace") + str(headers)
        if here := {canary for canary in CANARIES if canary in text}:
            found[asked_for] = here
    return found


def judge_otherwise(anna: Caller, case: Case) -> None:
    """Change everything that was judged, and judge more; the words of the person stay as they were."""
    newest = case.more[-1] if case.more else case.recorded["id"]
    corrected = correct(anna, newest, "nnn")
    assert corrected.status_code == 201, corrected.text
    case.more.append(corrected.json()["id"])
    record(anna, answers="nmn", held_at=START - timedelta(hours=3), note="Kept to herself.", **TASK)
    said_back = {"text": "I do not see it so: nothing-of-this-kind."}
    assert anna.post(f"/v1/assessments/{case.more[-1]}/statements", said_back).status_code == 201


TASK: dict[str, Any] = {"task_given": "behavioural", "judged_type": None, "judged_reason": None, "scales": {}}


@pytest.fixture
def doors(application: FastAPI, database: Database, people: People, clock: Clock) -> Callable[[str], Doors]:
    """The doors of somebody, by the name of their token."""

    def of(name: str) -> Doors:
        visitor = Visitor(application, sign_in(database, people.users[name], clock.now))
        return Doors(application, Caller(application, people.tokens[name]), visitor)

    return of


@pytest.fixture
def case(callers: dict[str, Caller], people: People) -> Case:
    """A case with a course before the conversation that sam is asked about."""
    anna = callers["anna"]
    record(anna, answers="nyn", held_at=START - timedelta(days=9), **EVERYTHING)
    recorded = record(anna, answers="yyy", **EVERYTHING)
    return Case(recorded, asked(anna, people, recorded["id"])["id"], question_to(people))


def question_to(people: People) -> dict[str, str]:
    return {"supervisor_id": str(people.users["sam"].user_id)}


def test_nothing_that_was_judged_shows_through_any_door(
    callers: dict[str, Caller],
    people: People,
    database: Database,
    doors: Callable[[str], Doors],
    case: Case,
) -> None:
    add_supervisor(database, people, "sara")
    sam, sara, one = doors("sam"), doors("sara supervises"), case.recorded
    paths = (
        *("/v1/assessments", "/v1/cases", "/v1/transitions", f"/v1/threads/{one['thread_id']}"),
        *(f"/v1/cases/{one['case_id']}/threads", f"/v1/assessments/{one['id']}"),
        *("/en/cases", "/nl/dossiers", f"/en/cases/{one['case_id']}", f"/nl/dossiers/{one['case_id']}"),
        *("/en/cases.csv", f"/en/recorded/{one['id']}"),
    )
    case.more = [one["id"]]  # so that both walks ask for as many ids
    before, seen_before = sam.walk(case), sara.look(paths)
    judge_otherwise(callers["anna"], case)
    new_id = case.more[-1]
    case.more = [new_id]
    after = {name.replace(new_id, one["id"]): found for name, found in sam.walk(case).items()}
    assert before.keys() == after.keys()
    assert {f"GET {path} " for path in paths} <= before.keys()
    assert [name for name in before if before[name] != after[name]] == []
    assert said(before) == said(after) == {}
    # The same search finds it where somebody may see it.
    seen_after = sara.look(paths)
    assert [name for name in seen_before if seen_before[name] == seen_after[name]] == []
    assert {canary for some in said(seen_after).values() for canary in some} == {*CANARIES}


def test_once_it_is_given_the_same_doors_show_it(
    callers: dict[str, Caller], doors: Callable[[str], Doors], case: Case
) -> None:
    sam, one = doors("sam"), case.recorded
    paths = [f"/v1/assessments/{one['id']}", f"/v1/second-opinions/{case.opinion}"]
    places = [f"/en/second-opinions/{case.opinion}", f"/en/cases/{one['case_id']}"]

    def look() -> list[str]:
        return [
            who.get(path).text for who, some in ((sam.caller, paths), (sam.visitor, places)) for path in some
        ]

    assert [text for text in look() if NOTE in text or "She practises at home." in text] == []
    assert give(callers["sam"], case.opinion).json()["blind"] is True
    assert all(NOTE in text and "She practises at home." in text for text in look())


def test_a_second_question_in_the_case_keeps_it_out_of_sight_when_the_first_is_answered(
    callers: dict[str, Caller], people: People, doors: Callable[[str], Doors], case: Case
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    held_at = START - timedelta(hours=5)
    later = record(anna, answers="ymn", held_at=held_at, note="Kept to herself.", **TASK)
    second = Case(later, asked(anna, people, later["id"])["id"], question_to(people), more=[later["id"]])
    given = give(sam, case.opinion)
    assert given.status_code == 201
    assert said({"POST": plain(given)}) == {"POST": {NOTE, "She practises at home."}}, "of the first alone"
    before = doors("sam").walk_the_api(second)
    assert {canary for some in said(before).values() for canary in some} <= {NOTE, "She practises at home."}
    corrected = correct(anna, later["id"], "nnn").json()["id"]
    second.more = [corrected]
    after = {
        name.replace(corrected, later["id"]): found
        for name, found in doors("sam").walk_the_api(second).items()
    }
    assert [name for name in before if before[name] != after[name]] == []
    assert give(sam, second.opinion).json()["blind"] is True
    assert sam.get(f"/v1/cases/{later['case_id']}").status_code == 200


def test_an_answer_that_was_kept_is_not_given_again_meanwhile(
    callers: dict[str, Caller], people: People
) -> None:
    anna, sam = callers["anna"], callers["sam"]
    recorded = record(anna)
    first = asked(anna, people, recorded["id"])
    key = {"Idempotency-Key": "kept-for-later"}
    body = {"answers": {"problem": "yes", "help_request": "yes", "share_in_solution": "no"}}
    given = sam.post(f"/v1/second-opinions/{first['id']}/answers", body, headers=key)
    other = record(anna, held_at=START - timedelta(days=3))
    second = asked(anna, people, other["id"])
    again = sam.post(f"/v1/second-opinions/{first['id']}/answers", body, headers=key)
    assert (given.status_code, again.status_code) == (201, 404)
    assert withdraw(sam, second["id"]).status_code == 200
    again = sam.post(f"/v1/second-opinions/{first['id']}/answers", body, headers=key)
    assert (again.status_code, again.content) == (201, given.content)


def test_who_has_another_office_as_well_does_not_copy_the_file_meanwhile(
    callers: dict[str, Caller], people: People, database: Database, application: FastAPI
) -> None:
    add_supervisor(database, people, "petra")
    petra, recorded = callers["petra"], record(callers["anna"])
    path = "/v1/clients/2026-0042/export"
    assert petra.get(path).status_code == 200
    opinion = asked(callers["anna"], people, recorded["id"], "petra")
    for form in ("json", "html"):
        refused = petra.get(f"{path}?format={form}")
        assert refused.status_code == 409
        assert NOTE not in refused.text
    assert petra.get("/v1/clients/2026-0042").status_code == 200, "what is no content is no secret"
    judging = Caller(application, people.tokens["petra supervises"])
    assert give(judging, opinion["id"]).json()["blind"] is False, "the copy was made before"
    copy = petra.get(path).json()
    assert [one["id"] for one in copy["second_opinions"]] == [opinion["id"]]
    assert "Wie om een tweede inschatting is gevraagd" in petra.get(f"{path}?format=html").text


def test_a_look_and_the_question_in_the_same_moment(
    callers: dict[str, Caller], people: People, application: FastAPI
) -> None:
    assert application
    anna, sam = callers["anna"], callers["sam"]
    outcomes = set()
    for number in range(6):
        recorded = record(anna, case={"reference": f"race-{number}"})
        path = f"/v1/assessments/{recorded['id']}"
        question = [lambda one=recorded: ask(anna, people, one["id"])]
        looks = [lambda path=path: sam.get(path) for _ in range(3)]
        answered = all_at_once([*question, *looks])
        assert answered[0].status_code == 201, answered[0].text
        opinion = answered[0].json()["id"]
        assert sam.get(path).status_code == 404, "whoever looks after the answer is too late"
        looked = any(look.status_code == 200 for look in answered[1:])
        assert {look.status_code for look in answered[1:]} <= {200, 404}
        assert give(sam, opinion).json()["blind"] is not looked, "it is honest either way"
        outcomes.add(looked)
    assert outcomes


def test_two_who_ask_in_the_same_moment_ask_once(callers: dict[str, Caller], people: People) -> None:
    anna, sam = callers["anna"], callers["sam"]
    recorded = record(anna)
    answered = all_at_once([lambda: ask(anna, people, recorded["id"]) for _ in range(4)])
    assert sorted(one.status_code for one in answered) == [201, 409, 409, 409]
    opinion = next(one for one in answered if one.status_code == 201).json()["id"]
    given = all_at_once(
        [
            *(lambda: give(sam, opinion) for _ in range(3)),
            lambda: withdraw(anna, opinion),
        ]
    )
    assert sorted(one.status_code for one in given)[1:] == [409, 409, 409]
    state = read(anna, opinion)["state"]
    assert state == ("withdrawn" if given[-1].status_code == 200 else "given")
    thread = anna.get(f"/v1/threads/{recorded['thread_id']}").json()
    assert len(thread["assessments"]) == (2 if state == "given" else 1)
    assert UUID(opinion)
