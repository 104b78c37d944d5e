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
    READ_REPORTS = "report:read"
    READ_COLLEAGUES = "colleague:read"
    READ_SIGNAL_SETTINGS = "signal_setting:read"
    CHANGE_SIGNAL_SETTINGS = "signal_setting:change"
    ADD_STATEMENT = "statement:add"
    USE_ADVICE = "advice:use"
    READ_APPROACH = "approach:read"
    MANAGE_APPROACH = "approach:manage"
    READ_REFLECTIONS = "reflection:read"
    WRITE_REFLECTION = "reflection:write"
    READ_CLIENTS = "client:read"
    CHANGE_CLIENT = "client:change"
    EXPORT_CLIENT = "client:export"
    WITHHOLD_PASSAGE = "client:withhold"
    REQUEST_ERASURE = "erasure:request"
    READ_ERASURES = "erasure:read"
    DECIDE_ERASURE = "erasure:decide"
    EXECUTE_ERASURE = "erasure:execute"
    READ_ACCESS_LOG = "access:read"
    REVIEW_ACCESS = "access:review"
    EXPORT_CASELOAD = "caseload:export"
    OWN_ACCOUNT = "account:own"
    READ_ACCOUNTS = "account:read"
    MANAGE_ACCOUNTS = "account:manage"
    GRANT_FACTOR_RESET = "account:grant_reset"
    MANAGE_TOKENS = "token:manage"
    RUN_TRAINING = "training:run"
    ASK_OPINION = "opinion:ask"
    READ_OPINIONS = "opinion:read"
    GIVE_OPINION = "opinion:give"
    WITHDRAW_OPINION = "opinion:withdraw"


ROLE_SENTENCES = {
    Role.PRACTITIONER: Text(
        nl="Voert gesprekken, legt antwoorden vast en ziet de eigen dossiers.",
        en="Has the conversations, records the answers and sees their own cases.",
    ),
    Role.SUPERVISOR: Text(
        nl="Ziet de dossiers van het team, geeft een tweede inschatting en verandert verder niets.",
        en="Sees the cases of the team, gives a second opinion and changes nothing else.",
    ),
    Role.TRAINER: Text(
        nl="Geeft training met verzonnen verhalen en ziet geen dossiers.",
        en="Gives training with invented stories and sees no cases.",
    ),
    Role.ADMIN: Text(
        nl="Beheert accounts, teams en sleutels, voert toegewezen wissingen uit en ziet geen dossiers.",
        en="Looks after accounts, teams and tokens, carries out granted erasures and sees no cases.",
    ),
    Role.PRIVACY_OFFICER: Text(
        nl="Let op wie wat heeft ingezien, zorgt voor de rechten van cliënten en werkt aan geen dossier.",
        en="Watches who has seen what, sees to the rights of clients and works on no case.",
    ),
}

ROLE_LABELS = {
    Role.PRACTITIONER: Text(nl="een hulpverlener", en="a practitioner"),
    Role.SUPERVISOR: Text(nl="een leidinggevende", en="a supervisor"),
    Role.TRAINER: Text(nl="een trainer", en="a trainer"),
    Role.ADMIN: Text(nl="een beheerder", en="an administrator"),
    Role.PRIVACY_OFFICER: Text(nl="een privacyfunctionaris", en="a privacy officer"),
}
"""What a client calls somebody with the role."""

PERMISSION_SENTENCES = {
    Permission.RECORD_ASSESSMENT: Text(nl="een inschatting vastleggen", en="record an assessment"),
    Permission.CORRECT_ASSESSMENT: Text(nl="een inschatting verbeteren", en="correct an assessment"),
    Permission.READ_ASSESSMENTS: Text(nl="inschattingen lezen", en="read assessments"),
    Permission.OPEN_CASE: Text(nl="een dossier openen", en="open a case"),
    Permission.READ_CASES: Text(nl="dossiers lezen", en="read cases"),
    Permission.CHANGE_CASE: Text(
        nl="een dossier sluiten, heropenen of overdragen", en="close, reopen or hand over a case"
    ),
    Permission.READ_THREADS: Text(nl="het verloop van een dossier lezen", en="read how a case moved"),
    Permission.READ_TRANSITIONS: Text(nl="overgangen lezen", en="read transitions"),
    Permission.READ_REPORTS: Text(nl="rapporten over een team lezen", en="read reports about a team"),
    Permission.READ_COLLEAGUES: Text(
        nl="zien wie de collega's en de teams zijn", en="see who the colleagues and the teams are"
    ),
    Permission.READ_SIGNAL_SETTINGS: Text(
        nl="zien wanneer iets een signaal is", en="see from when on something is a signal"
    ),
    Permission.CHANGE_SIGNAL_SETTINGS: Text(
        nl="kiezen wanneer iets een signaal is", en="choose from when on something is a signal"
    ),
    Permission.ADD_STATEMENT: Text(
        nl="een verklaring van de cliënt toevoegen", en="add a statement of the client"
    ),
    Permission.USE_ADVICE: Text(
        nl="vastleggen wat je van een advies gebruikte", en="record what you used of an advice"
    ),
    Permission.READ_APPROACH: Text(
        nl="de eigen aanpak van de organisatie bekijken", en="look at the approach of the organisation"
    ),
    Permission.MANAGE_APPROACH: Text(
        nl="de eigen aanpak van de organisatie veranderen", en="change the approach of the organisation"
    ),
    Permission.READ_REFLECTIONS: Text(nl="reflecties lezen", en="read reflections"),
    Permission.WRITE_REFLECTION: Text(
        nl="een reflectie schrijven, delen of verwijderen", en="write, share or delete a reflection"
    ),
    Permission.READ_CLIENTS: Text(
        nl="zien welke dossiers er zijn en hoe lang ze blijven",
        en="see which files there are and for how long",
    ),
    Permission.CHANGE_CLIENT: Text(
        nl="een dossier beperken of de bewaartermijn veranderen",
        en="restrict a file or change how long it is kept",
    ),
    Permission.EXPORT_CLIENT: Text(nl="een afschrift van een dossier maken", en="make a copy of a file"),
    Permission.WITHHOLD_PASSAGE: Text(
        nl="een stuk buiten een afschrift houden", en="keep a passage out of a copy"
    ),
    Permission.REQUEST_ERASURE: Text(nl="om wissen vragen", en="ask for erasure"),
    Permission.READ_ERASURES: Text(nl="verzoeken om wissen bekijken", en="look at requests for erasure"),
    Permission.DECIDE_ERASURE: Text(
        nl="over een verzoek om wissen beslissen", en="decide on a request for erasure"
    ),
    Permission.EXECUTE_ERASURE: Text(nl="een toegewezen wissing uitvoeren", en="carry out a granted erasure"),
    Permission.READ_ACCESS_LOG: Text(nl="zien wie wat heeft ingezien", en="see who has seen what"),
    Permission.REVIEW_ACCESS: Text(
        nl="de inzage van een maand beoordelen", en="review the access of a month"
    ),
    Permission.EXPORT_CASELOAD: Text(
        nl="de lijst van dossiers als bestand meenemen", en="take the list of cases along as a file"
    ),
    Permission.OWN_ACCOUNT: Text(nl="je eigen account beheren", en="look after your own account"),
    Permission.READ_ACCOUNTS: Text(nl="de accounts bekijken", en="look at the accounts"),
    Permission.MANAGE_ACCOUNTS: Text(
        nl="accounts, teams en rollen beheren", en="look after accounts, teams and roles"
    ),
    Permission.GRANT_FACTOR_RESET: Text(
        nl="toestaan dat iemand een nieuwe tweede stap instelt",
        en="allow somebody to set up a new second step",
    ),
    Permission.MANAGE_TOKENS: Text(nl="sleutels maken en intrekken", en="make and revoke tokens"),
    Permission.RUN_TRAINING: Text(nl="een training geven", en="run a training"),
    Permission.ASK_OPINION: Text(nl="om een tweede inschatting vragen", en="ask for a second opinion"),
    Permission.READ_OPINIONS: Text(nl="tweede inschattingen lezen", en="read second opinions"),
    Permission.GIVE_OPINION: Text(nl="een tweede inschatting geven", en="give a second opinion"),
    Permission.WITHDRAW_OPINION: Text(
        nl="een vraag om een tweede inschatting intrekken", en="withdraw a question for a second opinion"
    ),
}

_READ = {
    Permission.OWN_ACCOUNT,
    Permission.EXPORT_CASELOAD,
    Permission.READ_ASSESSMENTS,
    Permission.READ_REFLECTIONS,
    Permission.WRITE_REFLECTION,
    Permission.READ_CASES,
    Permission.READ_THREADS,
    Permission.READ_TRANSITIONS,
    Permission.READ_COLLEAGUES,
    Permission.READ_SIGNAL_SETTINGS,
    Permission.ASK_OPINION,
    Permission.READ_OPINIONS,
    Permission.WITHDRAW_OPINION,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PRACTITIONER: frozenset(
        _READ
        | {
            Permission.RECORD_ASSESSMENT,
            Permission.CORRECT_ASSESSMENT,
            Permission.OPEN_CASE,
            Permission.CHANGE_CASE,
            Permission.ADD_STATEMENT,
            Permission.USE_ADVICE,
            Permission.READ_APPROACH,
            Permission.REQUEST_ERASURE,
        }
    ),
    # What the approach says is a matter of the profession, not of the machine.
    Role.SUPERVISOR: frozenset(
        _READ
        | {
            Permission.REQUEST_ERASURE,
            Permission.CHANGE_SIGNAL_SETTINGS,
            Permission.READ_REPORTS,
            Permission.READ_APPROACH,
            Permission.MANAGE_APPROACH,
            Permission.GIVE_OPINION,
            # Of their own opinions alone: see `correct` in services/assessments.py.
            Permission.CORRECT_ASSESSMENT,
        }
    ),
    Role.TRAINER: frozenset({Permission.OWN_ACCOUNT, Permission.RUN_TRAINING, Permission.READ_APPROACH}),
    Role.ADMIN: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.READ_ACCOUNTS,
            Permission.MANAGE_ACCOUNTS,
            Permission.MANAGE_TOKENS,
            Permission.READ_COLLEAGUES,
            # The second pair of eyes of an erasure; an order shows no content.
            Permission.READ_ERASURES,
            Permission.EXECUTE_ERASURE,
        }
    ),
    Role.PRIVACY_OFFICER: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.READ_ACCOUNTS,
            Permission.GRANT_FACTOR_RESET,
            Permission.READ_COLLEAGUES,
            Permission.READ_CLIENTS,
            Permission.CHANGE_CLIENT,
            Permission.EXPORT_CLIENT,
            Permission.WITHHOLD_PASSAGE,
            Permission.REQUEST_ERASURE,
            Permission.READ_ERASURES,
            Permission.DECIDE_ERASURE,
            Permission.EXECUTE_ERASURE,
            Permission.READ_ACCESS_LOG,
            Permission.REVIEW_ACCESS,
        }
    ),
}
