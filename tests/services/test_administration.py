"""Two administrators at once: there always is one left."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from sqlalchemy import select

from app.database import Database, OrganisationSession, transaction
from app.domain.errors import DomainError
from app.domain.roles import Permission, Role
from app.domain.texts import Language
from app.knowledge import Knowledge
from app.models.base import table_of
from app.models.organisations import Membership
from app.services.administration import block, remove_role
from app.services.trail import Trail
from app.services.work import Actor, Work
from tests.accounts import make_account
from tests.support import START, People
from tests.web.administering import add_colleague, rows_of

_MEMBERSHIP = table_of(Membership)


def at_once(database: Database, knowledge: Knowledge, two: list[Actor], do: str) -> list[str]:
    """Let each of two administrators shut out the other in the same moment; return how it went for each."""
    together = Barrier(2)

    def shut_out(actor: Actor, other: Actor) -> str:
        try:
            with (
                transaction(database, write=True) as connection,
                OrganisationSession(connection, actor.organisation_id) as session,
            ):
                work = Work(session, actor, START, Language.EN, knowledge, Trail(Permission.MANAGE_ACCOUNTS))
                held = _role_of(work, other.user_id)
                if not database.is_embedded:
                    # Both have looked and neither has changed anything yet.
                    together.wait(10)
                if do == "block":
                    block(work, other.user_id)
                else:
                    remove_role(work, other.user_id, held)
        except DomainError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(shut_out, two, reversed(two)))


def _role_of(work: Work, user_id: UUID) -> UUID:
    found = select(_MEMBERSHIP.c.id).where(
        _MEMBERSHIP.c.organisation_id == work.actor.organisation_id, _MEMBERSHIP.c.user_id == user_id
    )
    id_: UUID | None = work.session.connection().execute(found).scalar()
    return id_ or UUID(int=0)


def test_two_who_take_the_role_from_each_other_do_not_both_succeed(
    database: Database, people: People, knowledge: Knowledge
) -> None:
    two = [people.users["aad"], add_colleague(database, people, "ada", Role.ADMIN)]
    assert at_once(database, knowledge, two, "remove") == ["done", "not-authenticated"]
    assert len(rows_of(database, Membership, role=Role.ADMIN)) == 1


def test_two_who_block_each_other_do_not_both_succeed(
    database: Database, people: People, knowledge: Knowledge
) -> None:
    two = [people.users["aad"], add_colleague(database, people, "ada", Role.ADMIN)]
    for name in ("aad", "ada"):
        make_account(database, people, name)
    assert at_once(database, knowledge, two, "block") == ["done", "not-authenticated"]
