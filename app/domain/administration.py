"""The rules of looking after accounts: which role goes with a team, who may do what to whom."""

from datetime import timedelta
from enum import StrEnum

from app.domain.errors import Conflict
from app.domain.roles import Role
from app.domain.texts import Text

TEAM_ROLES = (Role.PRACTITIONER, Role.SUPERVISOR)
"""Roles that hold in a team. The others hold in the whole organisation."""

TOKEN_ROLES = TEAM_ROLES
"""Roles a token can be given here. Never the offices: whoever makes a token holds it for a moment, and
an administrator with the rights of the privacy officer would be two people at once."""

TOKEN_WARNING = timedelta(days=14)
"""How long before its end a token is pointed out."""

USUAL_TOKEN_DAYS = 90


class AccountState(StrEnum):
    """How somebody stands with signing in."""

    INVITED = "invited"
    ACTIVE = "active"
    BLOCKED = "blocked"
    NONE = "none"
    """A person who never had an account here, such as one made on the command line."""
    MACHINE = "machine"


class TokenState(StrEnum):
    """Whether a token works."""

    WORKS = "works"
    ENDS_SOON = "ends_soon"
    EXPIRED = "expired"
    REVOKED = "revoked"
    BLOCKED = "blocked"
    """The user behind it does not hold its role, or its team, any more."""


class NotOnYourself(Conflict):
    """Somebody was to do to themselves what takes a colleague, so that there always is an administrator."""

    code = "not-on-yourself"
    title = Text(nl="Dit doet een collega voor je", en="A colleague does this for you")
    detail = Text(
        nl="Je kunt jezelf niet blokkeren en je eigen rol als beheerder niet weghalen. Zo blijft er altijd "
        "een beheerder over. Vraag een andere beheerder.",
        en="You cannot block yourself or take away your own role of administrator. So there is always an "
        "administrator left. Ask another administrator.",
    )


class NotInThisState(Conflict):
    """Something was to be done to an account that is not, or no longer, in the state for it."""

    code = "not-in-this-state"
    title = Text(nl="Dit kan nu niet met dit account", en="This is not possible with this account now")
    detail = Text(
        nl="Er is niets veranderd. Open de collega opnieuw: daar zie je hoe het account ervoor staat.",
        en="Nothing was changed. Open the colleague again: there you see how the account stands.",
    )


class HasThisRole(Conflict):
    """Somebody was to be given a role that they hold already."""

    code = "has-this-role"
    title = Text(nl="Deze rol is er al", en="This role is there already")
    detail = Text(nl="Deze collega heeft deze rol daar al.", en="This colleague has this role there already.")


TWO_FOR_A_RESET = Text(
    nl="Een nieuwe tweede stap vraagt een beheerder aan, en een ander staat die toe. Het kan niet over "
    "jezelf gaan en je staat niet toe wat je zelf vroeg.",
    en="An administrator asks for a new second step, and somebody else allows it. It cannot be about "
    "yourself, and you do not allow what you asked for.",
)
"""What to say to who would be two people at once."""


def goes_with_team(role: Role, *, has_team: bool) -> bool:
    """Tell whether a role can be given with a team, or without one.

    A supervisor sees the cases of a team, so without one they would see nothing. A practitioner can
    do without.
    """
    if role not in TEAM_ROLES:
        return not has_team
    return has_team or role is not Role.SUPERVISOR


def state_of_account(
    *, is_machine: bool, has_account: bool, has_password: bool, is_blocked: bool
) -> AccountState:
    """Tell how somebody stands with signing in."""
    if is_machine:
        return AccountState.MACHINE
    if not has_account:
        return AccountState.NONE
    if is_blocked:
        return AccountState.BLOCKED
    return AccountState.ACTIVE if has_password else AccountState.INVITED


def may_grant_reset(granter: object, about: object, asker: object) -> bool:
    """Tell whether somebody may allow it: a third person, neither who asked nor whom it is about."""
    return granter not in (about, asker)


def team_message(role: Role) -> Text:
    """Say what is wrong when a role and a team do not go together."""
    if role in TEAM_ROLES:
        return Text(
            nl="Kies een team: zonder team ziet een leidinggevende niets.",
            en="Choose a team: without a team a supervisor sees nothing.",
        )
    return Text(
        nl="Deze rol geldt voor de hele organisatie. Kies geen team.",
        en="This role holds in the whole organisation. Choose no team.",
    )
