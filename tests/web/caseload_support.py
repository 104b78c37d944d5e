"""What the tests of the caseload share: some cases, and how to read a page and a file."""

import csv
import io
import re
from typing import Any

from app.domain.texts import Language
from app.web.places import address
from tests.support import Caller, Clock

CLOSE = {"status": "closed", "closing_answer": "She knows whom to call."}


def record_cases(callers: dict[str, Caller], clock: Clock) -> None:
    """Of anna: one that is quiet, one that is busy, one closed, one empty. One of bas, one of chris."""
    anna = callers["anna"]
    anna.record(case={"reference": "quiet"}, answers="mnn")
    clock.forward(days=70)
    anna.record(case={"reference": "busy"}, answers="yyy")
    anna.record(case={"reference": "busy"}, concern={"reference": "money"}, answers="yyn")
    closed = anna.post("/v1/cases", {"reference": "closed"}).json()
    anna.patch(f"/v1/cases/{closed['id']}", CLOSE, headers={"If-Match": '"1"'})
    clock.forward(days=1)
    anna.post("/v1/cases", {"reference": "empty"})
    callers["bas"].record(case={"reference": "of bas"}, answers="nnn")
    callers["chris"].record(case={"reference": "of chris"}, answers="nnn")


def shown(page: Any, status: int = 200) -> list[str]:
    """Return the references of the cases on a page, in their order."""
    assert page.status_code == status, page.text
    return re.findall(r'<th scope="rowgroup"[^>]*><a [^>]*>([^<]*)</a>', page.text)


def at(language: str = "en", place: str = "caseload", **query: object) -> str:
    return address(place, Language(language), query=query)


def rows_of(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
