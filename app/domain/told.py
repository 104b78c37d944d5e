"""What a line of the access log tells the client, in sentences."""

from app.domain.access_log import BASIS_SENTENCES, DEEDS, WANTED, Basis, Outcome
from app.domain.roles import ROLE_LABELS, Role
from app.domain.texts import Text

EXPLANATION = Text(
    nl="Hier staat wie dit dossier heeft gezien of veranderd, het nieuwste bovenaan. Wie iets probeerde en "
    "dat niet mocht, staat er ook bij. De wet vraagt ons om dit bij te houden. Klopt er iets niet, of wil je "
    "weten wie het precies was? Vraag het de privacyfunctionaris.",
    en="This says who saw or changed this file, the newest first. Whoever tried something that was not "
    "allowed is here too. The law asks us to keep this. Is something wrong, or do you want to know who it "
    "was exactly? Ask the privacy officer.",
)

REFUSED_BASIS = Text(
    nl="Dit mocht niet, dus er is niets getoond of veranderd.",
    en="This was not allowed, so nothing was shown or changed.",
)

_COMPUTER = Text(nl="iemand die de computer beheert", en="somebody who looks after the computer")
_SOMEBODY = Text(nl="{role} van {organisation}", en="{role} of {organisation}")
_SOMEBODY_AT_THE_COMPUTER = Text(
    nl="iemand die de computer van {organisation} beheert,",
    en="somebody who looks after the computer of {organisation}",
)
_PROGRAM = Text(
    nl="een programma van {organisation}, in de rol van {role},",
    en="a program of {organisation}, in the role of {role},",
)
_DONE = Text(nl="{who} heeft {done}.", en="{who} has {done}.")
_REFUSED = Text(
    nl="{who} wilde {wanted}. Dat is geweigerd.", en="{who} wanted to {wanted}. That was refused."
)


def label_of(role: Role | None) -> Text:
    """Say who somebody is, without a name. Who has no role worked on the computer itself."""
    return _COMPUTER if role is None else ROLE_LABELS[role]


def told(event: str, outcome: Outcome, who: Text) -> Text:
    """Tell in a sentence what somebody did, or wanted to do and could not."""
    if outcome is Outcome.DENIED:
        sentence = _REFUSED.filled(who=who, wanted=WANTED[event])
    else:
        sentence = _DONE.filled(who=who, done=DEEDS[event].done)
    return Text(nl=sentence.nl[0].upper() + sentence.nl[1:], en=sentence.en[0].upper() + sentence.en[1:])


def somebody_of(organisation: str, role: Role | None, *, program: bool = False) -> Text:
    """Begin a sentence about somebody of an organisation."""
    name = Text(nl=organisation, en=organisation)
    if role is None:
        return _SOMEBODY_AT_THE_COMPUTER.filled(organisation=name)
    return (_PROGRAM if program else _SOMEBODY).filled(organisation=name, role=ROLE_LABELS[role])


def reason_of(basis: Basis | None, outcome: Outcome) -> Text | None:
    """Say on which ground somebody could do it, or that there was none."""
    if outcome is Outcome.DENIED:
        return REFUSED_BASIS
    return None if basis is None else BASIS_SENTENCES[basis]
