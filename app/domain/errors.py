"""What can go wrong, in words. Which status belongs to it is the business of `problems.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.domain.texts import Text


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with the input. It never holds the input itself.

    `place` is body, query, path or header; `location` a JSON pointer such as `#/answers/problem`
    for a body, else the name.
    """

    place: str
    location: str
    code: str
    detail: Text


class DomainError(Exception):
    """Something that was refused. Each child is one kind, with a title and a sentence."""

    code: ClassVar[str]
    title: ClassVar[Text]
    detail: Text

    def __init__(self, detail: Text | None = None, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(self.code)
        if detail is not None:
            self.detail = detail
        self.errors = tuple(errors)


class InvalidInput(DomainError):
    """The input cannot be right; `errors` lists everything that is wrong with it."""

    code = "invalid-input"
    title = Text(nl="De invoer klopt niet", en="The input is not right")
    detail = Text(
        nl="Er is niets opgeslagen. Bij 'errors' staat wat er moet veranderen.",
        en="Nothing was saved. See 'errors' for what has to change.",
    )


class NotAuthenticated(DomainError):
    """No token, or one that is malformed, unknown, expired or revoked: always the same words."""

    code = "not-authenticated"
    title = Text(nl="Geen geldige sleutel", en="No valid token")
    detail = Text(
        nl="Stuur een geldige sleutel mee: 'Authorization: Bearer wr_...'. Een beheerder kan er een maken.",
        en="Send a valid token: 'Authorization: Bearer wr_...'. An administrator can make one.",
    )


class ConfirmationNeeded(DomainError):
    """Something that takes more care: whoever is signed in says once more who they are."""

    code = "confirmation-needed"
    title = Text(nl="Bevestig dat jij het bent", en="Confirm that it is you")
    detail = Text(
        nl="Voor deze stap vragen we nog een keer om je wachtwoord. Wat je typte blijft bewaard.",
        en="For this step we ask for your password once more. What you typed is kept.",
    )


class ForgedForm(DomainError):
    """A form that did not come from a page of ours, or from one that is too old."""

    code = "forged-form"
    title = Text(nl="Dit formulier is verlopen", en="This form has expired")
    detail = Text(
        nl="Er is niets opgeslagen. Open de pagina opnieuw en stuur het formulier nog een keer.",
        en="Nothing was saved. Open the page again and send the form once more.",
    )


class NotPermitted(DomainError):
    """The role of the caller cannot do this, whatever the object."""

    code = "not-permitted"
    title = Text(nl="Dit hoort niet bij je rol", en="Your role does not allow this")
    detail = Text(nl="Je rol laat dit niet toe.", en="Your role does not allow this.")

    @classmethod
    def to(cls, permission: Text) -> "NotPermitted":
        """Say what the role does not allow."""
        return cls(
            Text(
                nl=f"Met je rol kun je niet {permission.nl}. Vraag een collega met een andere rol.",
                en=f"Your role does not let you {permission.en}. Ask a colleague with another role.",
            )
        )


class NotFound(DomainError):
    """It does not exist, or the caller may not see it: always the same words."""

    code = "not-found"
    title = Text(nl="Niet gevonden", en="Not found")
    detail = Text(
        nl="Dit bestaat niet, of je mag het niet zien.",
        en="This does not exist, or you may not see it.",
    )


class Conflict(DomainError):
    """The input is right, but this is not possible now."""


class CaseIsClosed(Conflict):
    """Something was to be recorded in a closed case."""

    code = "case-is-closed"
    title = Text(nl="Het dossier is gesloten", en="The case is closed")
    detail = Text(
        nl="In een gesloten dossier leg je niets meer vast. Heropen het eerst.",
        en="Nothing more is recorded in a closed case. Reopen the case first.",
    )


class CaseExists(Conflict):
    """A case with this reference is there already."""

    code = "case-exists"
    title = Text(nl="Dit dossier is er al", en="This case is there already")
    detail = Text(
        nl="Er is al een dossier met deze verwijzing. Gebruik die, of kies een andere verwijzing.",
        en="There is already a case with this reference. Use that one, or choose another reference.",
    )


class AlreadyCorrected(Conflict):
    """An assessment was to be corrected that another row has corrected before."""

    code = "already-corrected"
    title = Text(nl="Deze inschatting is al verbeterd", en="This assessment was corrected before")
    detail = Text(
        nl="Verbeter de nieuwste versie: zie 'superseded_by' bij deze inschatting.",
        en="Correct the newest version: see 'superseded_by' of this assessment.",
    )


class TooLateToUndo(Conflict):
    """Something was to be taken back that is older than ten minutes, or of somebody else."""

    code = "too-late-to-undo"
    title = Text(nl="Ongedaan maken kan niet meer", en="This cannot be undone any more")
    detail = Text(
        nl="Ongedaan maken kan tien minuten lang, door wie het vastlegde. Verbeter het in plaats daarvan.",
        en="Undoing is possible for ten minutes, by who recorded it. Correct it instead.",
    )


class VersionRequired(DomainError):
    """A change without `If-Match`: nobody can tell which version it was meant for."""

    code = "version-required"
    title = Text(nl="Zeg welke versie je verandert", en="Say which version you change")
    detail = Text(
        nl="Lees dit eerst, en stuur de ETag van het antwoord mee als 'If-Match'.",
        en="Read this first, and send the ETag of the answer along as 'If-Match'.",
    )


class VersionIsStale(DomainError):
    """Somebody else was first."""

    code = "version-is-stale"
    title = Text(nl="Iemand anders was je voor", en="Somebody else was first")
    detail = Text(
        nl="Dit is intussen veranderd en er is niets opgeslagen. Lees het opnieuw voor je iets verandert.",
        en="This has changed in the meantime and nothing was saved. Read it again before you change it.",
    )


class Busy(DomainError):
    """The database could not be used in time; trying again is safe, nothing was saved.

    `collided` says that others were at the same rows in the same moment: trying again helps at once.
    """

    code = "busy"
    title = Text(nl="Even te druk", en="Too busy for a moment")
    detail = Text(
        nl="Er is niets opgeslagen. Probeer het over een paar tellen opnieuw.",
        en="Nothing was saved. Try again in a few seconds.",
    )

    def __init__(self, *, collided: bool = False) -> None:
        super().__init__()
        self.collided = collided


class NoRoom(DomainError):
    """The disk of the database is full, or does not work; trying again does not help."""

    code = "no-room"
    title = Text(nl="Opslaan lukt niet", en="Nothing can be saved")
    detail = Text(
        nl="Er is niets opgeslagen: de schijf van de dienst is vol of werkt niet. Waarschuw de beheerder.",
        en="Nothing was saved: the disk of the service is full or does not work. Tell the administrator.",
    )


class TooManyRequests(DomainError):
    """Somebody asks too often, or tried too many tokens; `retry_after` says how many seconds to wait."""

    code = "too-many-requests"
    title = Text(nl="Te veel verzoeken", en="Too many requests")
    detail = Text(
        nl="Er is niets opgeslagen. Wacht zo lang als bij 'Retry-After' staat, en controleer de sleutel.",
        en="Nothing was saved. Wait for as long as 'Retry-After' says, and check the token.",
    )

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__()
        self.retry_after = retry_after


class CannotLog(DomainError):
    """The access log could not be written. Then nothing is shown and nothing is kept."""

    code = "cannot-log"
    title = Text(nl="Nu geen inzage mogelijk", en="No access possible now")
    detail = Text(
        nl="Er is niets opgeslagen en er is niets te zien, want we kunnen nu niet vastleggen wie wat inziet. "
        "Waarschuw de beheerder.",
        en="Nothing was saved and nothing is shown, because we cannot write down now who sees what. "
        "Tell the administrator.",
    )


class IdempotencyKeyReused(DomainError):
    """The same `Idempotency-Key` with another request."""

    code = "idempotency-key-reused"
    title = Text(nl="Deze sleutel is al gebruikt", en="This key was used before")
    detail = Text(
        nl="Deze Idempotency-Key hoorde bij een ander verzoek. Neem voor elk nieuw verzoek een nieuwe.",
        en="This Idempotency-Key came with another request. Take a new one for every new request.",
    )


class CaseIsRestricted(Conflict):
    """Something was to be changed in a case whose use the client has restricted."""

    code = "case-is-restricted"
    title = Text(nl="Het gebruik van dit dossier is beperkt", en="The use of this case is restricted")
    detail = Text(
        nl="De cliënt heeft om beperking gevraagd. Tot dat is opgelost verandert hier niets. Vraag de "
        "privacyfunctionaris.",
        en="The client asked for restriction. Until that is settled nothing changes here. Ask the "
        "privacy officer.",
    )


class TwoPeopleNeeded(Conflict):
    """Somebody was to carry out the erasure that they granted themselves."""

    code = "two-people-needed"
    title = Text(nl="Hier zijn twee mensen voor nodig", en="This takes two people")
    detail = Text(
        nl="Wie een wissing toewijst, voert die niet zelf uit. Vraag een collega die dat mag.",
        en="Who grants an erasure does not carry it out. Ask a colleague who may.",
    )


class NotThisStep(Conflict):
    """An erasure order was to take a step out of order: it is decided once, then carried out once."""

    code = "not-this-step"
    title = Text(nl="Deze stap kan nu niet", en="This step is not possible now")
    detail = Text(
        nl="Een verzoek wordt één keer beslist, en na toewijzing één keer uitgevoerd. Zie 'status'.",
        en="A request is decided once, and when it was granted carried out once. See 'status'.",
    )


class CaseIsHeld(Conflict):
    """A file was to be erased that is kept for a court or a supervisor."""

    code = "case-is-held"
    title = Text(nl="Dit dossier moet blijven", en="This file has to stay")
    detail = Text(
        nl="Op dit dossier rust een bewaarplicht wegens een rechtszaak of onderzoek. Zolang wordt er niets "
        "gewist.",
        en="This file is on legal hold because of a court case or an inquiry. Until then nothing is erased.",
    )


class WithheldAlready(Conflict):
    """A passage was to be withheld that is withheld already."""

    code = "withheld-already"
    title = Text(nl="Dit stuk blijft er al buiten", en="This passage is withheld already")
    detail = Text(
        nl="Over dit stuk is al beslist; het staat niet in een afschrift.",
        en="This passage was decided on before; it is in no copy.",
    )
