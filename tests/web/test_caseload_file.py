"""The caseload as a file: all of it, for who may, harmless to a spreadsheet, and in the access log."""

import re
from collections.abc import Callable

import pytest

from app.services import caseload
from app.web.caseload_file import harmless
from tests.support import Caller, Clock, Visitor
from tests.web.caseload_support import at, record_cases, rows_of, shown

Visit = Callable[[str], Visitor]


@pytest.fixture
def cases(callers: dict[str, Caller], clock: Clock) -> None:
    record_cases(callers, clock)


@pytest.mark.usefixtures("cases")
def test_the_file_has_every_case_that_is_asked_for(visitor: Visit) -> None:
    answer = visitor("sam").get(at("nl", "caseload_csv", status="all", sort="idle"))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert re.fullmatch(
        r'attachment; filename="caseload-\d{4}-\d\d-\d\d\.csv"', answer.headers["content-disposition"]
    )
    header, *rows = rows_of(answer)
    assert header[:3] == ["Dossier", "Status", "Beperkt"]
    assert all(len(row) == len(header) for row in rows)
    assert [row[0] for row in rows] == ["quiet", "busy", "busy", "closed", "empty", "of bas"]
    assert dict(zip(header, rows[0], strict=True)) == {
        "Dossier": "quiet",
        "Status": "Open",
        "Beperkt": "Nee",
        "Hulpverlener": "anna",
        "Team": "north",
        "Geopend op": "2026-11-20",
        "Gesloten op": "",
        "Deelnemer": "mother",
        "Onderwerp": "signing",
        "Werkrelatie": "Bezoeker",
        "Duidelijkheid": "Duidelijk",
        "Sinds": "2026-11-20",
        "Laatste inschatting": "2026-11-20",
        "Dagen sinds de laatste inschatting": "71",
        "Aantal inschattingen": "1",
        "Vraagt aandacht": "Lang geleden",
    }
    english, *_ = rows_of(visitor("anna").get(at(place="caseload_csv", type="visitor", cursor="x")))
    assert english[0] == "Case"


def test_the_file_holds_no_formula_and_nothing_that_was_written_down(
    visitor: Visit, callers: dict[str, Caller]
) -> None:
    for reference in ("=1+1", "+1", "-1", "@SUM(A1)", 'a;"b', "fine"):
        callers["anna"].record(
            case={"reference": reference},
            participant={"reference": "=cmd|' /C calc'!A0"},
            concern={"reference": "+x", "wording": "secret wording"},
            note="secret note",
            own_words={"problem": "secret words"},
        )
    answer = visitor("anna").get(at(place="caseload_csv"))
    assert "secret" not in answer.text
    _, *rows = rows_of(answer)
    assert {row[0] for row in rows} == {"'=1+1", "'+1", "'-1", "'@SUM(A1)", 'a;"b', "fine"}
    assert {row[7] for row in rows} == {"'=cmd|' /C calc'!A0"}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


@pytest.mark.parametrize("cell", ["=a", "+a", "-a", "@a", "\ta", "\ra", "\na", " =a", "\u00a0=a"])
def test_what_begins_a_formula_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"a{cell}") == f"a{cell}"


def test_the_file_is_bounded_and_never_cut_off_in_silence(
    visitor: Visit, callers: dict[str, Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        callers["anna"].record(case={"reference": f"case {number}"})
    monkeypatch.setattr(caseload, "_AT_ONCE", 2)
    monkeypatch.setattr(caseload, "MOST_IN_FILE", 4)
    everything = [row[0] for row in rows_of(visitor("anna").get(at(place="caseload_csv")))[1:]]
    assert everything == [f"case {number}" for number in (3, 2, 1, 0)]
    monkeypatch.setattr(caseload, "MOST_IN_FILE", 3)
    page = visitor("anna").get(at(place="caseload_csv"))
    assert shown(page, 400) == []
    assert "too many for one file" in page.text
    assert len(rows_of(visitor("anna").get(at(place="caseload_csv", reference="case 1")))) == 2


def test_who_did_not_confirm_lately_takes_nothing_along(visitor: Visit, clock: Clock) -> None:
    anna = visitor("anna")
    clock.forward(minutes=9)
    assert anna.get(at(place="caseload_csv")).status_code == 200
    clock.forward(minutes=1)
    refused = anna.get(at(place="caseload_csv"))
    assert refused.status_code != 200
    assert "text/csv" not in refused.headers.get("content-type", "")
    assert anna.get(at()).status_code == 200


# ---------------------------------------------------------------- the access log


@pytest.mark.usefixtures("cases")
def test_what_was_shown_and_taken_along_is_in_the_access_log(
    visitor: Visit, callers: dict[str, Caller], clock: Clock
) -> None:
    ids = {case["reference"]: case["id"] for case in callers["sam"].get("/v1/cases").json()["items"]}
    clock.forward(minutes=1)
    since = clock.now.isoformat().replace("+00:00", "Z")
    sam = visitor("sam")
    sam.get(at(type="customer"))
    sam.get(at(idle="wrong"))
    sam.get(at(place="caseload_csv", status="all"))
    visitor("tess").get(at(place="caseload_csv"))
    events = callers["petra"].get("/v1/access-events", params={"since": since}).json()["items"]
    found = [
        (event["actor_name"], event["event"], event["outcome"], set(event["cases"]))
        for event in sorted(events, key=lambda event: event["number"])
        if event["actor_name"] != "petra"
    ]
    assert found == [
        ("sam", "case:read", "granted", {ids["busy"]}),
        ("sam", "case:read", "granted", set()),
        ("sam", "caseload:export", "granted", set(ids.values())),
        ("tess", "caseload:export", "denied", set()),
    ]
    assert len(ids) == 5
