"""What every role may do, each with its sentence. What a user may *see* is `visible_cases`."""

from enum import StrEnum

from app.domain.texts import Text


class Role(StrEnum):
    """A role in an organisation; somebody can hold several."""

    PRACTITIONER = "practitioner"
    SUPERVISOR = "supervisor"
    TRAINER = "trainer"
    ADMIN = "admin"
    PRIVACY_OFFICER = "privacy_officer"


class Permission(StrEnum):
    """Something a route lets its caller do."""

    RECORD_ASSESSMENT = "assessment:record"
    CORRECT_ASSESSMENT = "assessment:correct"
    READ_ASSESSMENTS = "assessment:read"
    OPEN_CASE = "case:open"
    READ_CASES = "case:read"
    CHANGE_CASE = "case:change"
    READ_THREADS = "thread:read"
    READ_TRANSITIONS = "transition:read"
    READ_COLLEAGUES = "colleague:read"


ROLE_SENTENCES = {
    Role.PRACTITIONER: Text(
        nl="Voert gesprekken, legt antwoorden vast en ziet de eigen casussen.",
        en="Has the conversations, records the answers and sees their own cases.",
    ),
    Role.SUPERVISOR: Text(
        nl="Ziet de casussen van het team en verandert er niets aan.",
        en="Sees the cases of the team and changes nothing in them.",
    ),
    Role.TRAINER: Text(
        nl="Laat het model zien met verzonnen verhalen en ziet geen casussen.",
        en="Shows the model with invented stories and sees no cases.",
    ),
    Role.ADMIN: Text(
        nl="Beheert accounts, teams en sleutels en ziet geen casussen.",
        en="Looks after accounts, teams and tokens and sees no cases.",
    ),
    Role.PRIVACY_OFFICER: Text(
        nl="Let op wie wat heeft ingezien en ziet zelf geen casussen.",
        en="Watches who has seen what and sees no cases.",
    ),
}

PERMISSION_SENTENCES = {
    Permission.RECORD_ASSESSMENT: Text(nl="een inschatting vastleggen", en="record an assessment"),
    Permission.CORRECT_ASSESSMENT: Text(nl="een inschatting verbeteren", en="correct an assessment"),
    Permission.READ_ASSESSMENTS: Text(nl="inschattingen lezen", en="read assessments"),
    Permission.OPEN_CASE: Text(nl="een casus openen", en="open a case"),
    Permission.READ_CASES: Text(nl="casussen lezen", en="read cases"),
    Permission.CHANGE_CASE: Text(
        nl="een casus sluiten, heropenen of overdragen", en="close, reopen or hand over a case"
    ),
    Permission.READ_THREADS: Text(nl="het verloop van een casus lezen", en="read how a case moved"),
    Permission.READ_TRANSITIONS: Text(nl="overgangen lezen", en="read transitions"),
    Permission.READ_COLLEAGUES: Text(
        nl="zien wie de collega's en de teams zijn", en="see who the colleagues and the teams are"
    ),
}

_READ = {
    Permission.READ_ASSESSMENTS,
    Permission.READ_CASES,
    Permission.READ_THREADS,
    Permission.READ_TRANSITIONS,
    Permission.READ_COLLEAGUES,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PRACTITIONER: frozenset(
        _READ
        | {
            Permission.RECORD_ASSESSMENT,
            Permission.CORRECT_ASSESSMENT,
            Permission.OPEN_CASE,
            Permission.CHANGE_CASE,
        }
    ),
    Role.SUPERVISOR: frozenset(_READ),
    Role.TRAINER: frozenset(),
    Role.ADMIN: frozenset({Permission.READ_COLLEAGUES}),
    Role.PRIVACY_OFFICER: frozenset({Permission.READ_COLLEAGUES}),
}
