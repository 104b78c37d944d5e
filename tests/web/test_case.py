"""The page of a case: how it stands, how it moved, how it stood, and who may look."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from markupsafe import escape

from app.database import Database
from app.domain.texts import Language
from app.web.places import address
from tests.api.test_cases import CLOSE, change, open_case
from tests.api.test_correct_assessment import correct
from tests.api.test_rights import patch, state
from tests.log_rows import lines
from tests.support import START, Caller, Clock, People, Visitor, answers, make_people, sign_in

Visit = Callable[[str], Visitor]
ONE_DATABASE = pytest.mark.parametrize("database", ["embedded"], indirect=True)
EVERYTHING = {
    "own_words": {"problem": "He hits.", "help_request": "What can I do?", "share_in_solution": "I point."},
    "note": "Met at school.",
    "scales": {"progress": 4, "confidence": 6, "willingness": 0},
    "task_given": "observation",
    "previous_task_done": "partly",
    "judged_type": "complainant",
    "judged_reason": "She asked twice.",
    "change_reason": "relationship_changed",
}


@pytest.fixture
def case_id(callers: dict[str, Caller], clock: Clock) -> UUID:
    """Mother on two concerns, one of which went from complainant to customer; father on one of them."""
    anna = callers["anna"]
    signing = {"reference": "signing", "wording": "learning to sign"}
    anna.record(concern=signing, answers="yyn")
    clock.forward(days=1)
    anna.record(concern={"reference": "school"}, answers="umn", perspective="supervisor")
    anna.record(participant={"reference": "father"}, concern=signing, answers="nnn")
    clock.forward(days=1)
    recorded = anna.record(concern=signing, answers="yyy", **EVERYTHING)
    clock.forward(hours=1)
    return UUID(recorded["case_id"])


def at(case_id: object, language: str = "en", **query: object) -> str:
    return address("case", Language(language), query=query, id=case_id)


def told(page: Any, status: int = 200) -> str:
    """Return what a page says between its head and its foot."""
    assert page.status_code == status, page.text
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(
        html.unescape(re.sub(r"<(?:title|desc)[^>]*>.*?</(?:title|desc)>|<[^>]+>", " ", main)).split()
    )


# ---------------------------------------------------------------- how it stands and moved


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "Case 2026-0042 anna · north · open since 20 November 2026",
                "mother learning to sign now: Customer since 22 Nov 2026 Came from Complainant",
                "Complainant ↗ a step forward",
                "father learning to sign now: Visitor since 21 Nov 2026 One assessment so far",
                "as seen by: the supervisor",
                "Share in the solution: no → yes",
                "The relationship changed",
            ],
        ),
        (
            "nl",
            [
                "Dossier 2026-0042 anna · north · open sinds 20 november 2026",
                "mother learning to sign nu: Klant sinds 22 nov 2026 Kwam van Klager ↗ een stap vooruit",
                "father learning to sign nu: Bezoeker sinds 21 nov 2026 Tot nu toe één inschatting",
                "gezien door: de leidinggevende",
                "Aandeel in de oplossing: nee → ja",
                "De relatie is veranderd",
            ],
        ),
    ],
)
def test_it_says_in_sentences_how_the_relationship_stands_and_moved(
    visitor: Visit, case_id: UUID, language: str, sentences: list[str]
) -> None:
    said = told(visitor("anna").get(at(case_id, language)))
    for sentence in sentences:
        assert sentence in said


@ONE_DATABASE
def test_the_chart_and_its_table_say_the_same(visitor: Visit, case_id: UUID) -> None:
    page = visitor("anna").get(at(case_id)).text
    assert "mother, learning to sign: Complainant → Customer</desc>" in page
    table = page.partition('id="table"')[2].partition("</table>")[0]
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in table.partition("<tbody>")[2].split("</tr>")[:-1]]
    assert [" ".join(row) for row in rows] == [
        "21 Nov 2026 father learning to sign No No No Visitor The practitioner anna",
        "21 Nov 2026 mother school Not discussed Maybe No Incomplete The supervisor anna",
        "20 Nov 2026 mother learning to sign Yes Yes No Complainant The practitioner anna",
        "22 Nov 2026 mother learning to sign Yes Yes Yes Customer The practitioner anna",
    ]


@ONE_DATABASE
def test_the_matrix_says_what_was_not_discussed(visitor: Visit, case_id: UUID) -> None:
    page = visitor("anna").get(at(case_id)).text
    matrix = page.partition('id="matrix-caption"')[2].partition("</table>")[0]
    said = " ".join(re.sub(r"<[^>]+>", " ", matrix.partition("<thead>")[2]).split())
    assert said == (
        "Who learning to sign school father Visitor since 21 Nov 2026 not discussed "
        "mother Customer since 22 Nov 2026 Incomplete since 21 Nov 2026"
    )


def test_everything_that_was_written_can_be_read(visitor: Visit, callers: dict[str, Caller]) -> None:
    recorded = callers["anna"].record(
        **EVERYTHING, answers="yyy", conversation={"held_at": START.isoformat(), "referral": "mandated"}
    )
    state(callers["anna"], recorded, "I do want\nto learn it.")
    said = told(visitor("anna").get(at(recorded["case_id"])))
    for part in (
        "Problem Yes He hits. Help request Yes What can I do? Share in the solution Yes I point.",
        "Note Met at school. How far it is 4 of 10 How much confidence 6 of 10 How willing 0 of 10",
        "Given to do something to notice Done since last time partly",
        "Own judgement Complainant beside what the answers come to: Customer She asked twice.",
        "How they came obliged, by a court for instance Conversation 20 November 2026 10:00",
        "Recorded anna, 20 November 2026 10:00 The client says about this I do want to learn it. anna",
    ):
        assert part in said


@ONE_DATABASE
def test_what_fits_the_newest_step_is_said(visitor: Visit, case_id: UUID) -> None:
    said = told(visitor("anna").get(at(case_id)))
    assert said.count("What fits this step:") == 1


@ONE_DATABASE
def test_better_information_is_no_movement(visitor: Visit, callers: dict[str, Caller], clock: Clock) -> None:
    callers["anna"].record(answers="yyn")
    clock.forward(days=1)
    recorded = callers["anna"].record(answers="yyy", change_reason="better_information")
    said = told(visitor("anna").get(at(recorded["case_id"])))
    assert "Came from Complainant · no movement: we know more now" in said
    assert "a step forward" not in said


@ONE_DATABASE
def test_a_case_without_assessments_says_what_to_do(visitor: Visit, anna: Caller) -> None:
    said = told(visitor("anna").get(at(open_case(anna)["id"])))
    assert "Nothing was recorded in this case yet. Record the first conversation" in said
    assert "The case was opened · anna" in said


def test_what_happened_to_the_case_is_told(visitor: Visit, anna: Caller, case_id: UUID) -> None:
    case = anna.get(f"/v1/cases/{case_id}").json()
    assert change(anna, case, CLOSE).status_code == 200
    said = told(visitor("anna").get(at(case_id)))
    assert "closed on 22 November 2026" in said
    assert "The case was closed · anna What do you need to go on without us? She knows whom to call." in said
    assert change(anna, case, {"status": "open"}, version=2).status_code == 200
    assert "The case was reopened · anna" in told(visitor("anna").get(at(case_id)))


@ONE_DATABASE
def test_what_was_typed_is_text_and_nothing_else(visitor: Visit, anna: Caller) -> None:
    evil = "<script>alert(1)</script>"
    recorded = anna.record(
        case={"reference": evil},
        participant={"reference": evil},
        concern={"reference": "x", "wording": evil},
        note=evil,
        own_words={"problem": evil},
    )
    page = visitor("anna").get(at(recorded["case_id"]))
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert told(page).count(evil) > 4


# ---------------------------------------------------------------- what counts no more


def test_a_corrected_row_stays_readable_with_the_reason(
    visitor: Visit, anna: Caller, case_id: UUID, clock: Clock
) -> None:
    newest = anna.get(f"/v1/assessments?case={case_id}").json()["items"][0]
    corrected = correct(anna, newest["id"], {"answers": answers("yyn"), "reason": "I misheard."}).json()
    clock.forward(hours=1)
    page = visitor("anna").get(at(case_id))
    said = told(page)
    assert (
        "Corrected. It counts no more. Why: I misheard. (anna, 22 Nov 2026) mother · learning to sign" in said
    )
    assert "This is a correction. Why: I misheard. (anna, 22 Nov 2026)" in said
    assert re.search(
        r'<tr class="struck"><th scope="row">22 Nov 2026 <span class="mark">corrected', page.text
    )
    assert at_correction(corrected["id"]) in page.text
    assert at_correction(newest["id"]) not in page.text


def test_what_was_entered_in_error_stays_readable_and_can_be_put_right(
    visitor: Visit, anna: Caller, case_id: UUID
) -> None:
    newest = anna.get(f"/v1/assessments?case={case_id}").json()["items"][0]
    retraction = correct(anna, newest["id"], {"retracted": True, "reason": "Another family."}).json()
    state(anna, retraction, "It was about me after all.")
    page = visitor("anna").get(at(case_id))
    said = told(page)
    assert "Entered in error. It counts no more. Why: Another family. (anna, 22 Nov 2026)" in said
    assert "mother learning to sign now: Complainant" in said
    assert "It was about me after all." in said
    assert "Met at school." in said
    assert at_correction(retraction["id"]) in page.text
    assert at_correction(newest["id"]) not in page.text


@ONE_DATABASE
def test_a_thread_in_which_nothing_counts_is_said_to_be_so(visitor: Visit, anna: Caller) -> None:
    recorded = anna.record()
    correct(anna, recorded["id"], {"retracted": True, "reason": "Another family."})
    said = told(visitor("anna").get(at(recorded["case_id"])))
    assert "mother signing Every assessment here was withdrawn: none counts." in said


def at_correction(id_: str) -> str:
    return address("correct", Language.EN, id=id_)


# ---------------------------------------------------------------- how it stood


def test_it_shows_how_it_stood_at_the_end_of_a_day(visitor: Visit, anna: Caller, clock: Clock) -> None:
    """A day ends at midnight on the clock here, which is 23:00 in UTC in winter."""
    midnight = datetime(2026, 11, 20, 23, tzinfo=UTC)
    clock.now = midnight + timedelta(days=3)
    anna.record(answers="yyn", held_at=midnight - timedelta(minutes=1))
    recorded = anna.record(answers="yyy", held_at=midnight)
    case_id = recorded["case_id"]
    page = visitor("anna").get(at(case_id, at="2026-11-20"))
    said = told(page)
    assert "How it stood on 20 November 2026. Nothing can be changed here. Back to now" in said
    assert "mother signing then: Complainant since 20 Nov 2026" in said
    assert "Customer since" not in said
    for absent in ("Record a conversation", "Hand over", "Correct"):
        assert absent not in said
    assert f'href="{at(case_id)}"' in page.text
    assert "then: Customer" in told(visitor("anna").get(at(case_id, at="2026-11-21")))


def test_it_shows_what_was_known_on_a_day(visitor: Visit, anna: Caller, clock: Clock) -> None:
    recorded = anna.record(answers="yyn")
    clock.forward(days=2)
    correct(anna, recorded["id"], {"answers": answers("yyy"), "reason": "I misheard."})
    clock.forward(days=1)
    anna_looks, case_id = visitor("anna"), recorded["case_id"]
    assert "now: Customer" in told(anna_looks.get(at(case_id)))
    assert "then: Customer" in told(anna_looks.get(at(case_id, at="2026-11-20")))
    said = told(anna_looks.get(at(case_id, at="2026-11-20", known="2026-11-20")))
    assert "then: Complainant" in said
    assert "With what had been recorded by 20 November 2026, and no more." in said
    assert "I misheard." not in said
    assert "then: Complainant" in told(anna_looks.get(at(case_id, known="2026-11-20")))


@ONE_DATABASE
def test_today_is_now(visitor: Visit, case_id: UUID) -> None:
    assert "now: Customer" in told(visitor("anna").get(at(case_id, at="2026-11-22")))


@ONE_DATABASE
def test_before_the_first_assessment_there_is_nothing_to_show(visitor: Visit, case_id: UUID) -> None:
    said = told(visitor("anna").get(at(case_id, at="2026-11-19")))
    assert "Nothing had been recorded in this case by then. See how it stands now" in said
    assert "The case was opened" not in said


@ONE_DATABASE
@pytest.mark.parametrize("name", ["at", "known"])
def test_a_wrong_day_gives_the_page_of_now_with_a_message(visitor: Visit, case_id: UUID, name: str) -> None:
    anna = visitor("anna")
    for day, sentence in (
        ("2026-11-23", "This day is still to come."),
        ("9999-12-31", "This day is still to come."),
        ("2026-02-30", "Choose a day that exists"),
        ("1899-12-31", "Choose a day that exists"),
        ("20261120", "Choose a day that exists"),
        ("٢٠٢٦-11-20", "Choose a day that exists"),
        ("yesterday", "Choose a day that exists"),
        ('"><script>', "Choose a day that exists"),
    ):
        page = anna.get(at(case_id, **{name: day}))
        said = told(page, 400)
        assert sentence in said, day
        assert "now: Customer" in said
        assert f'id="e-{name}"' in page.text
        assert f'value="{escape(day)}"' in page.text


@ONE_DATABASE
def test_a_query_that_means_nothing_is_left_alone(visitor: Visit, case_id: UUID) -> None:
    for query in ("?at=", "?at=&at=", "?nothing=1", "?done=hacked", "?at=%ff"):
        assert visitor("anna").get(at(case_id) + query).status_code in {200, 400}


# ---------------------------------------------------------------- who may look, and what they can do


def offered(page: Any) -> set[str]:
    bar = page.text.partition('<div class="bar noprint">')[2].partition("</div>")[0]
    words = ("Record a conversation", "Close", "Reopen", "Hand over")
    return {word for word in words if f">{word}<" in bar}


def test_it_offers_what_can_be_done(visitor: Visit, callers: dict[str, Caller], case_id: UUID) -> None:
    anna = callers["anna"]
    assert offered(visitor("anna").get(at(case_id))) == {"Record a conversation", "Close", "Hand over"}
    supervised = visitor("sam").get(at(case_id))
    assert offered(supervised) == set()
    assert ">Correct<" not in supervised.text
    change(anna, anna.get(f"/v1/cases/{case_id}").json(), CLOSE)
    assert offered(visitor("anna").get(at(case_id))) == {"Reopen", "Hand over"}
    patch(callers["petra"], {"restricted": True}, path="/v1/clients/2026-0042")
    restricted = visitor("anna").get(at(case_id))
    assert offered(restricted) == set()
    assert ">Correct<" not in restricted.text
    assert "The client asked to restrict the use of this case." in told(restricted)


@pytest.mark.parametrize("name", ["bas", "chris", "sofie"])
def test_who_may_not_see_it_gets_the_page_of_what_is_not_there(
    visitor: Visit, case_id: UUID, name: str
) -> None:
    somebody = visitor(name)
    said = told(somebody.get(at(case_id)), 404)
    for other in (at(uuid4()), at("nonsense"), at("1"), at("nonsense", at="nonsense")):
        found = told(somebody.get(other), 404)
        assert re.sub("[0-9a-f]{32}", "", found) == re.sub("[0-9a-f]{32}", "", said)


def test_of_another_organisation_it_is_not_there(
    case_id: UUID, database: Database, application: FastAPI, clock: Clock
) -> None:
    others = make_people(database, "second", clock.now)
    stranger = Visitor(application, sign_in(database, others.users["anna"], clock.now))
    told(stranger.get(at(case_id)), 404)


@ONE_DATABASE
@pytest.mark.parametrize("name", ["tess", "aad", "petra"])
def test_another_role_is_told_so(visitor: Visit, case_id: UUID, name: str) -> None:
    assert "Your role does not let you read cases." in told(visitor(name).get(at(case_id)), 403)


@ONE_DATABASE
def test_a_guest_goes_to_sign_in(visitor: Visit, case_id: UUID) -> None:
    answer = visitor("nobody").get(at(case_id, at="2026-11-20"))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/en/sign-in?next=%2Fen%2Fcases%2F")


def test_looking_leaves_one_line_about_the_case(
    visitor: Visit, case_id: UUID, database: Database, people: People
) -> None:
    somebody = visitor("anna")
    before = len(lines(database))
    somebody.get(at(case_id, at="2026-11-20"))
    [line] = lines(database)[before:]
    assert (line["event"], line["outcome"], line["cases"]) == ("case:read", "granted", {case_id})
    assert line["actor_id"] == people.users["anna"].user_id
