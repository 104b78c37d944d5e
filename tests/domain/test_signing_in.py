from datetime import UTC, datetime, timedelta

import pytest

from app.domain.roles import Role
from app.domain.signing_in import LinkState, delay_after, login_of, needs_factor, state_of

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("roles", "demonstration", "needed"),
    [
        ({Role.PRACTITIONER}, False, True),
        ({Role.SUPERVISOR}, False, True),
        ({Role.PRIVACY_OFFICER}, False, True),
        ({Role.ADMIN}, False, True),
        ({Role.TRAINER}, False, False),
        ({Role.TRAINER, Role.PRACTITIONER}, False, True),
        (set(), False, False),
        *((set(Role) - {role}, True, False) for role in Role),
    ],
)
def test_who_needs_a_second_step(roles: set[Role], demonstration: bool, needed: bool) -> None:
    assert needs_factor(roles, demonstration=demonstration) is needed


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        *((failures, 0) for failures in range(5)),
        (5, 1),
        (6, 2),
        (7, 4),
        (8, 8),
        (14, 512),
        (15, 900),
        (16, 900),
        (10_000, 900),
    ],
)
def test_how_long_to_wait_after_failures(failures: int, seconds: int) -> None:
    assert delay_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("used", "expires_in", "state"),
    [
        (False, 1, LinkState.WORKS),
        (False, 0, LinkState.EXPIRED),
        (False, -1, LinkState.EXPIRED),
        (True, 1, LinkState.USED),
        (True, -1, LinkState.USED),
    ],
)
def test_whether_a_link_works(used: bool, expires_in: int, state: LinkState) -> None:
    assert state_of(NOW if used else None, NOW + timedelta(seconds=expires_in), NOW) is state


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("anna@example.org", "anna@example.org"),
        (" Anna.De-Vries@Example.ORG ", "anna.de-vries@example.org"),
        ("anna", None),
        ("anna@example", None),
        ("anna@@example.org", None),
        ("an na@example.org", None),
        ("anna@.org", None),
        ("anna@example.org\nx", None),
        ("", None),
        (f"{'a' * 242}@example.org", f"{'a' * 242}@example.org"),
        (f"{'a' * 243}@example.org", None),
    ],
)
def test_what_somebody_signs_in_with(text: str, login: str | None) -> None:
    assert login_of(text) == login
