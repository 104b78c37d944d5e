"""Who corrects what, and where a chain of corrections began."""

from uuid import UUID

import pytest

from app.domain.roles import Role
from app.domain.second_opinion import is_theirs_to_correct
from app.domain.thread import first_of
from tests.domain.support import VISITOR, corrected, made

ME, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("role", "given_by", "is_theirs"),
    [
        (Role.PRACTITIONER, None, True),
        (Role.PRACTITIONER, OTHER, False),
        (Role.PRACTITIONER, ME, True),
        (Role.SUPERVISOR, None, False),
        (Role.SUPERVISOR, OTHER, False),
        (Role.SUPERVISOR, ME, True),
        (Role.PRIVACY_OFFICER, None, False),
    ],
)
def test_an_opinion_is_corrected_by_who_gave_it(role: Role, given_by: UUID | None, is_theirs: bool) -> None:
    assert is_theirs_to_correct(role, ME, given_by) is is_theirs


def test_a_chain_begins_with_what_corrects_nothing() -> None:
    first, other = made(1, VISITOR), made(2, VISITOR)
    second = corrected(first, 3)
    third = corrected(second, 4)
    chain = [first, other, second, third]
    assert [first_of(chain, one.id) for one in chain] == [first.id, other.id, first.id, first.id]
