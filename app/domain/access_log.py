"""What the access log says of a deed: the letter of NEN 7513, and a sentence for the client."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.roles import PERMISSION_SENTENCES, Permission, Role
from app.domain.texts import Text

LOG_YEARS = 5
"""How long a line stays at least: Stcrt. 2019, 38007. The guards of the database hold to it."""


class Action(StrEnum):
    """What kind of deed it was, by the letter of NEN 7513 and HL7."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    DELETE = "D"
    EXECUTE = "E"


class Outcome(StrEnum):
    """Whether it was done."""

    GRANTED = "granted"
    DENIED = "denied"


class Basis(StrEnum):
    """Why somebody could do it."""

    ASSIGNMENT = "assignment"
    TEAM = "team"
    OFFICE = "office"
    MACHINE = "machine"


class Command(StrEnum):
    """What goes round the application: on the command line, or by the service itself."""

    DEMONSTRATION = "command:demo"
    BACKUP = "command:backup"
    RESTORE = "command:restore"
    ORGANISATION = "command:organisation"
    TEAM = "command:team"
    TOKEN_CREATED = "command:token_create"  # noqa: S105 - the name of a deed
    TOKEN_REVOKED = "command:token_revoke"  # noqa: S105 - same
    REBUILD = "command:rebuild"
    EXPORT = "command:export"
    PRUNE = "command:prune"
    ERASURES_REPLAYED = "command:replay"
    RETENTION = "command:retention"
    LINK_MADE = "command:link"


class SignIn(StrEnum):
    """What happens at the door of the pages. No client is shown by it."""

    SIGNED_IN = "login:in"
    SIGNED_OUT = "login:out"
    LINK_USED = "login:link"
    PASSWORD_SET = "login:password"  # noqa: S105 - the name of a deed
    FACTOR_SET = "login:factor"
    CONFIRMED = "login:confirmed"
    ROLE_TAKEN = "login:role"


@dataclass(frozen=True, slots=True)
class Deed:
    """A kind of event. `done` completes the sentence "... has ..." for the client who reads it."""

    action: Action
    done: Text


BASES: Mapping[Role, Basis] = {
    Role.PRACTITIONER: Basis.ASSIGNMENT,
    Role.SUPERVISOR: Basis.TEAM,
    Role.TRAINER: Basis.OFFICE,
    Role.ADMIN: Basis.OFFICE,
    Role.PRIVACY_OFFICER: Basis.OFFICE,
}

BASIS_SENTENCES: Mapping[Basis, Text] = {
    Basis.ASSIGNMENT: Text(
        nl="Deze medewerker werkt aan het dossier.", en="This member of staff works on the case."
    ),
    Basis.TEAM: Text(
        nl="Het dossier hoort bij het team van deze medewerker.",
        en="The case belongs to the team of this member of staff.",
    ),
    Basis.OFFICE: Text(nl="Dit hoort bij de functie.", en="This belongs to the office."),
    Basis.MACHINE: Text(
        nl="Dit deed iemand die de computer beheert.", en="Done by somebody who looks after the computer."
    ),
}

DEEDS: Mapping[str, Deed] = {
    Permission.RECORD_ASSESSMENT: Deed(
        Action.CREATE, Text(nl="een inschatting vastgelegd", en="recorded an assessment")
    ),
    Permission.CORRECT_ASSESSMENT: Deed(
        Action.CREATE, Text(nl="een inschatting verbeterd", en="corrected an assessment")
    ),
    Permission.READ_ASSESSMENTS: Deed(Action.READ, Text(nl="inschattingen gelezen", en="read assessments")),
    Permission.OPEN_CASE: Deed(Action.CREATE, Text(nl="het dossier geopend", en="opened the case")),
    Permission.READ_CASES: Deed(Action.READ, Text(nl="het dossier bekeken", en="looked at the case")),
    Permission.CHANGE_CASE: Deed(
        Action.UPDATE,
        Text(
            nl="het dossier gesloten, heropend of overgedragen", en="closed, reopened or handed over the case"
        ),
    ),
    Permission.READ_THREADS: Deed(
        Action.READ, Text(nl="het verloop bekeken", en="looked at how things went")
    ),
    Permission.READ_TRANSITIONS: Deed(Action.READ, Text(nl="veranderingen bekeken", en="looked at changes")),
    Permission.READ_REPORTS: Deed(
        Action.READ, Text(nl="aantallen over een team bekeken", en="looked at counts about a team")
    ),
    Permission.READ_COLLEAGUES: Deed(
        Action.READ, Text(nl="gezien wie de collega's zijn", en="seen who the colleagues are")
    ),
    Permission.READ_SIGNAL_SETTINGS: Deed(
        Action.READ,
        Text(nl="gezien wanneer iets een signaal is", en="seen from when on something is a signal"),
    ),
    Permission.CHANGE_SIGNAL_SETTINGS: Deed(
        Action.UPDATE,
        Text(nl="gekozen wanneer iets een signaal is", en="chosen from when on something is a signal"),
    ),
    Permission.ADD_STATEMENT: Deed(
        Action.CREATE,
        Text(nl="een verklaring van de cliënt toegevoegd", en="added a statement of the client"),
    ),
    Permission.USE_ADVICE: Deed(
        Action.CREATE,
        Text(nl="vastgelegd wat van een advies is gebruikt", en="recorded what was used of an advice"),
    ),
    Permission.READ_APPROACH: Deed(
        Action.READ, Text(nl="de eigen aanpak bekeken", en="looked at the approach of the organisation")
    ),
    Permission.MANAGE_APPROACH: Deed(
        Action.UPDATE, Text(nl="de eigen aanpak veranderd", en="changed the approach of the organisation")
    ),
    Permission.READ_REFLECTIONS: Deed(Action.READ, Text(nl="reflecties gelezen", en="read reflections")),
    Permission.WRITE_REFLECTION: Deed(
        Action.UPDATE,
        Text(
            nl="een reflectie geschreven, gedeeld of verwijderd", en="written, shared or deleted a reflection"
        ),
    ),
    Permission.READ_CLIENTS: Deed(
        Action.READ, Text(nl="de gegevens over het dossier bekeken", en="looked at the record of the file")
    ),
    Permission.CHANGE_CLIENT: Deed(
        Action.UPDATE,
        Text(nl="afspraken over het dossier veranderd", en="changed what was agreed about the file"),
    ),
    Permission.EXPORT_CLIENT: Deed(
        Action.EXECUTE, Text(nl="een afschrift van het dossier gemaakt", en="made a copy of the file")
    ),
    Permission.WITHHOLD_PASSAGE: Deed(
        Action.UPDATE,
        Text(nl="een stuk buiten het afschrift gehouden", en="kept a passage out of the copy"),
    ),
    Permission.REQUEST_ERASURE: Deed(Action.CREATE, Text(nl="om wissen gevraagd", en="asked for erasure")),
    Permission.READ_ERASURES: Deed(
        Action.READ, Text(nl="verzoeken om wissen bekeken", en="looked at requests for erasure")
    ),
    Permission.DECIDE_ERASURE: Deed(
        Action.UPDATE, Text(nl="over een verzoek om wissen beslist", en="decided on a request for erasure")
    ),
    Permission.EXECUTE_ERASURE: Deed(Action.DELETE, Text(nl="gegevens gewist", en="erased data")),
    Permission.READ_ACCESS_LOG: Deed(
        Action.READ, Text(nl="nagekeken wie het dossier zag", en="checked who saw the file")
    ),
    Permission.REVIEW_ACCESS: Deed(
        Action.EXECUTE, Text(nl="de inzage van een maand beoordeeld", en="reviewed the access of a month")
    ),
    Permission.EXPORT_CASELOAD: Deed(
        Action.EXECUTE,
        Text(nl="het dossier in een lijst meegenomen", en="taken the case along in a list"),
    ),
    Permission.OWN_ACCOUNT: Deed(
        Action.READ, Text(nl="het eigen account bekeken", en="looked at their own account")
    ),
    Permission.READ_ACCOUNTS: Deed(Action.READ, Text(nl="de accounts bekeken", en="looked at the accounts")),
    Permission.MANAGE_ACCOUNTS: Deed(Action.UPDATE, Text(nl="accounts veranderd", en="changed accounts")),
    Permission.GRANT_FACTOR_RESET: Deed(
        Action.UPDATE, Text(nl="een nieuwe tweede stap toegestaan", en="allowed a new second step")
    ),
    Permission.MANAGE_TOKENS: Deed(
        Action.UPDATE, Text(nl="een sleutel gemaakt of ingetrokken", en="made or revoked a token")
    ),
    Permission.RUN_TRAINING: Deed(Action.EXECUTE, Text(nl="een training gegeven", en="run a training")),
    Permission.ASK_OPINION: Deed(
        Action.CREATE, Text(nl="om een tweede inschatting gevraagd", en="asked for a second opinion")
    ),
    Permission.READ_OPINIONS: Deed(
        Action.READ, Text(nl="een tweede inschatting bekeken", en="looked at a second opinion")
    ),
    Permission.GIVE_OPINION: Deed(
        Action.CREATE, Text(nl="een tweede inschatting gegeven", en="given a second opinion")
    ),
    Permission.WITHDRAW_OPINION: Deed(
        Action.UPDATE,
        Text(
            nl="een vraag om een tweede inschatting ingetrokken",
            en="withdrawn a question for a second opinion",
        ),
    ),
    SignIn.SIGNED_IN: Deed(Action.EXECUTE, Text(nl="ingelogd", en="signed in")),
    SignIn.SIGNED_OUT: Deed(Action.EXECUTE, Text(nl="uitgelogd", en="signed out")),
    SignIn.LINK_USED: Deed(
        Action.EXECUTE, Text(nl="een link gebruikt die één keer werkt", en="used a link that works once")
    ),
    SignIn.PASSWORD_SET: Deed(Action.UPDATE, Text(nl="een wachtwoord ingesteld", en="set a password")),
    SignIn.FACTOR_SET: Deed(Action.UPDATE, Text(nl="een tweede stap ingesteld", en="set up a second step")),
    SignIn.CONFIRMED: Deed(Action.EXECUTE, Text(nl="bevestigd wie er werkt", en="confirmed who is working")),
    SignIn.ROLE_TAKEN: Deed(Action.EXECUTE, Text(nl="een andere rol gekozen", en="taken another role")),
    Command.LINK_MADE: Deed(
        Action.CREATE, Text(nl="een link gemaakt die één keer werkt", en="made a link that works once")
    ),
    Command.DEMONSTRATION: Deed(
        Action.EXECUTE, Text(nl="de demonstratie geladen", en="loaded the demonstration")
    ),
    Command.BACKUP: Deed(Action.EXECUTE, Text(nl="een reservekopie gemaakt", en="made a backup")),
    Command.RESTORE: Deed(Action.EXECUTE, Text(nl="een reservekopie teruggezet", en="restored a backup")),
    Command.ORGANISATION: Deed(
        Action.CREATE, Text(nl="de organisatie aangemaakt", en="made the organisation")
    ),
    Command.TEAM: Deed(Action.CREATE, Text(nl="een team aangemaakt", en="made a team")),
    Command.TOKEN_CREATED: Deed(Action.CREATE, Text(nl="een sleutel gemaakt", en="made a token")),
    Command.TOKEN_REVOKED: Deed(Action.UPDATE, Text(nl="een sleutel ingetrokken", en="revoked a token")),
    Command.REBUILD: Deed(Action.EXECUTE, Text(nl="overzichten opnieuw berekend", en="computed views again")),
    Command.EXPORT: Deed(
        Action.EXECUTE, Text(nl="een afschrift van het dossier gemaakt", en="made a copy of the file")
    ),
    Command.RETENTION: Deed(
        Action.READ,
        Text(nl="bekeken hoe lang dossiers nog blijven", en="looked at how long files will be kept"),
    ),
    Command.PRUNE: Deed(
        Action.DELETE, Text(nl="oude regels van dit logboek verwijderd", en="removed old lines of this log")
    ),
    Command.ERASURES_REPLAYED: Deed(
        Action.DELETE, Text(nl="gewiste gegevens opnieuw gewist", en="erased again what was erased before")
    ),
}
"""Every permission and every command, so that nothing can be done that the log has no words for.

A deed is never taken out: the log speaks of it for years after it was done for the last time."""

WANTED: Mapping[str, Text] = {
    **{permission.value: sentence for permission, sentence in PERMISSION_SENTENCES.items()},
    SignIn.SIGNED_IN: Text(nl="inloggen", en="sign in"),
    SignIn.SIGNED_OUT: Text(nl="uitloggen", en="sign out"),
    SignIn.LINK_USED: Text(nl="een link gebruiken die één keer werkt", en="use a link that works once"),
    SignIn.PASSWORD_SET: Text(nl="een wachtwoord instellen", en="set a password"),
    SignIn.FACTOR_SET: Text(nl="een tweede stap instellen", en="set up a second step"),
    SignIn.CONFIRMED: Text(nl="bevestigen wie er werkt", en="confirm who is working"),
    SignIn.ROLE_TAKEN: Text(nl="een andere rol kiezen", en="take another role"),
}
"""What can be refused, as somebody wanted it."""
