"""R6b: two who change the same version at once. One wins, the other hears it, and history has no fork."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from sqlalchemy import func, select
from sqlmodel import col

from app.database import transaction
from app.models.assessments import Assessment
from app.models.cases import CaseEvent, CaseEventKind
from tests.reliability.calls import body_of
from tests.reliability.processes import Answer, Caller, serving
from tests.reliability.sites import Site, stock_of
from tests.reliability.volume import report, volume

Duel = Callable[[Caller, int], tuple[str, str, str]]
"""Makes something, and returns how to change it: method, path and tag."""

_CORRECTION = {"answers": body_of("")["answers"], "reason": "I had misheard."}
_CLOSING = {"status": "closed", "closing_answer": "She knows whom to call."}


def correction(caller: Caller, number: int) -> tuple[str, str, str]:
    made = caller("POST", "/v1/assessments", body_of(f"duel-{number}"))
    return "POST", f"{made.headers['location']}/corrections", made.headers["etag"]


def closing(caller: Caller, number: int) -> tuple[str, str, str]:
    made = caller("POST", "/v1/cases", {"reference": f"duel-{number}"})
    return "PATCH", made.headers["location"], made.headers["etag"]


def duels(site: Site, ports: list[int], duel: Duel, count: int) -> list[tuple[int, ...]]:
    """Let two callers change the same version in the same moment; return the pairs of statuses."""
    gate = threading.Barrier(2)
    with ExitStack() as stack:
        both = [stack.enter_context(Caller(port, site.token)) for port in (ports[0], ports[-1])]
        pool = stack.enter_context(ThreadPoolExecutor(2))
        pairs = []
        for number in range(count):
            method, path, tag = duel(both[0], number)
            body = _CORRECTION if method == "POST" else _CLOSING

            def change(caller: Caller) -> Answer:
                gate.wait(30)
                return caller(method, path, body, If_Match=tag)  # noqa: B023 - called in this round

            pairs.append(tuple(sorted(answer.status for answer in pool.map(change, both))))
    return pairs


def forks(site: Site) -> int:
    """Count the assessments that more than one row corrects, and the cases that were closed twice."""
    supersedes, case_id = col(Assessment.supersedes_id), col(CaseEvent.case_id)
    corrected = select(supersedes).where(supersedes.is_not(None)).group_by(supersedes)
    closed = select(case_id).where(col(CaseEvent.kind) == CaseEventKind.CLOSED).group_by(case_id)
    with site.opened() as database, transaction(database, write=False) as connection:
        found = (connection.execute(one.having(func.count() > 1)) for one in (corrected, closed))
        return sum(len(rows.all()) for rows in found)


def test_of_two_who_change_one_version_one_wins(site: Site, ports: list[int]) -> None:
    count = volume(50, 250)
    corrections = Counter(duels(site, ports, correction, count))
    closings = Counter(duels(site, ports, closing, count))
    assert set(corrections) <= {(201, 409), (201, 412)}
    assert set(closings) == {(200, 412)}
    assert forks(site) == 0
    stock_of(site)
    report(
        "R6b",
        "two writers, the same ETag, on a correction and on a case",
        site.engine,
        figure=f"{2 * count} duels, {2 * count} winners, 0 forks",
        passes="1 winner each, others 409 or 412, no fork",
        control="without the lock and the unique key: forks, see below"
        if site.engine == "postgresql"
        else "-",
    )


def test_of_two_who_change_one_version_control_without_lock_and_unique_keys(server_site: Site) -> None:
    # Each of these alone would still prevent the fork.
    server_site.execute(
        "ALTER TABLE assessment DROP CONSTRAINT uq_assessment_organisation_id_supersedes_id",
        "ALTER TABLE assessment DROP CONSTRAINT uq_assessment_organisation_id_thread_id_number",
    )
    with serving(server_site.settings, "--no-lock", "thread", "--no-lock", '"case"') as (process,):
        closings = Counter(duels(server_site, [process.port], closing, 6))
        corrections = Counter(duels(server_site, [process.port], correction, 6))
    found = forks(server_site)
    assert found, (closings, corrections)
    report(
        "R6b",
        "control: the same without row locks and unique keys",
        server_site.engine,
        figure=f"12 duels, {found} forks",
        passes="at least 1 fork",
    )
