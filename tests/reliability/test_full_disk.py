"""R4: the disk fills up under the service. It says so, loses nothing, and goes on when there is room."""

from pathlib import Path

from sqlalchemy import func, select

from app.database import transaction
from app.models.access_log import AccessEvent
from app.models.base import table_of
from tests.reliability.calls import body_of
from tests.reliability.processes import Answer, Caller, send_all, serving
from tests.reliability.programs.load import Call, Plan
from tests.reliability.sites import Site, lost, stock_of
from tests.reliability.volume import report, volume

LOTS = 2_000_000
PATIENCE = 20
_EVENT = table_of(AccessEvent)


def pages_of(site: Site) -> int:
    with site.opened() as database, transaction(database, write=False) as connection:
        count: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return count


def looks_of(site: Site) -> int:
    """Count the lines in the log that say somebody looked."""
    with site.opened() as database, transaction(database, write=False) as connection:
        looked = select(func.count()).where(
            _EVENT.c.event == "assessment:read", _EVENT.c.outcome == "granted"
        )
        count: int = connection.execute(looked).scalar_one()
        return count


def filled(caller: Caller, prefix: str) -> list[Call]:
    """Record until it was refused many times in a row."""
    calls: list[Call] = []
    while len(calls) < 3000 and not all_refused([call.status for call in calls]):
        key = f"{prefix}-{len(calls)}"
        answer = caller("POST", "/v1/assessments", body_of(key), Idempotency_Key=key)
        id_ = answer.json()["id"] if answer.status == 201 else ""
        calls.append(Call(key, 0, 0, answer.status, id_))
        assert answer.status == 201 or "Nothing was saved" in answer.json()["detail"]
    return calls


def looked(caller: Caller) -> list[Answer]:
    """Look until it was refused many times in a row."""
    answers: list[Answer] = []
    while len(answers) < 3000 and not all_refused([answer.status for answer in answers]):
        answers.append(caller("GET", "/v1/assessments?limit=100"))
    return answers


def all_refused(statuses: list[int]) -> bool:
    return len(statuses) >= PATIENCE and not {200, 201} & {*statuses[-PATIENCE:]}


def test_a_full_disk_loses_nothing_and_shows_nothing_it_cannot_log(
    embedded_site: Site, tmp_path: Path
) -> None:
    site, limit, rounds = embedded_site, tmp_path / "pages", volume(1, 2)
    limit.write_text(str(LOTS))
    calls: list[Call] = []
    looks: list[Answer] = []
    with (
        serving(site.settings, "--pages", str(limit)) as (process,),
        Caller(process.port, site.token) as caller,
    ):
        for round_ in range(rounds):
            limit.write_text(str(pages_of(site) + volume(60, 1000)))
            calls += filled(caller, f"full-{round_}")
            looks += looked(caller)
            limit.write_text(str(LOTS))
            # The same process goes on at once, and what was refused can be sent again with its key.
            refused = [call.key for call in calls if call.status != 201][:3]
            assert [call.status for call in send_all(Plan([process.port], site.token, 1, refused))] == [
                201
            ] * 3
            looks.append(caller("GET", "/v1/assessments?limit=100"))
            assert looks[-1].status == 200
    assert {call.status for call in calls} == {201, 507} or {call.status for call in calls} == {201, 503, 507}
    shown = sum(answer.status == 200 for answer in looks)
    assert {answer.status for answer in looks} == {200, 503}
    assert looks_of(site) == shown
    assert all(b"full-" not in answer.body for answer in looks if answer.status != 200)
    stock = stock_of(site)
    confirmed = [call for call in calls if call.status == 201]
    assert lost(stock, confirmed) == []
    assert len(stock.keys) == len(confirmed) + 3 * rounds
    report(
        "R4",
        "the disk is full",
        site.engine,
        figure=f"filled {rounds} times: {len(confirmed)} confirmed, {len(stock.keys) - 3 * rounds} there; "
        f"{len(calls) - len(confirmed)} refused with 503 or 507; {shown} looks shown and logged, "
        f"{len(looks) - shown} refused; goes on without a restart",
        passes="confirmed = there, only 503 and 507",
    )
