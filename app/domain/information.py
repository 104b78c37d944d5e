"""The sheet that goes with a copy of a file: what GDPR article 15(1) wants a client to be told."""

from typing import NamedTuple

from app.domain.texts import Text


class Information(NamedTuple):
    """One heading of the sheet, and what stands below it."""

    heading: Text
    text: Text


SHEET = (
    Information(
        Text(nl="Waarom dit wordt bewaard", en="Why this is kept"),
        Text(
            nl="Om in gesprekken aan te sluiten bij wat u wilt, en om te zien hoe de samenwerking "
            "verloopt. Een type zegt iets over een samenwerking, over één onderwerp, op één moment. "
            "Het zegt niet wie u bent, en is nooit een reden om hulp te weigeren, uit te stellen of "
            "te stoppen.",
            en="To let conversations fit what you want, and to see how working together goes. A type "
            "says something about working together, on one concern, at one moment. It does not say "
            "who you are, and is never a reason to refuse, delay or stop help.",
        ),
    ),
    Information(
        Text(nl="Welke gegevens", en="Which data"),
        Text(
            nl="Een verwijzing (geen naam), wie meedoet, de onderwerpen, wanneer er is gesproken, drie "
            "antwoorden per gesprek, korte aantekeningen, welke adviezen zijn gebruikt en uw eigen "
            "verklaringen. Dat staat allemaal hieronder. Wat iemand alleen voor zichzelf opschrijft om bij "
            "stil te staan, ziet niemand anders. Dat hoort niet bij het dossier.",
            en="A reference (no name), who takes part, the concerns, when was spoken, three answers per "
            "conversation, short notes, which advice was used and your own statements. All of it stands "
            "below. What somebody writes only for themselves, to think by, nobody else sees. It does not "
            "belong to the file.",
        ),
    ),
    Information(
        Text(nl="Waar het vandaan komt", en="Where it comes from"),
        Text(
            nl="Uit gesprekken met u en de mensen die meedoen, opgeschreven door een hulpverlener.",
            en="From conversations with you and those who take part, written down by a practitioner.",
        ),
    ),
    Information(
        Text(nl="Wie het ziet", en="Who receives it"),
        Text(
            nl="Wie met u werkt, de werkbegeleider van dat team, en wie op uw rechten let. "
            "Onderaan staat wie het wanneer heeft ingezien. De organisatie vertelt u of er iets aan "
            "anderen is doorgegeven.",
            en="Who works with you, the supervisor of that team, and who sees to your rights. Who "
            "saw it, and when, stands at the end. The organisation tells you whether anything was "
            "passed on.",
        ),
    ),
    Information(
        Text(nl="Hoe lang het blijft", en="How long it stays"),
        Text(
            nl="Onder de Jeugdwet 20 jaar na de laatste wijziging, onder de Wmo 15 jaar. Bij het dossier "
            "staat tot wanneer. Wat gewist is, staat hooguit nog 35 dagen in reservekopieën.",
            en="Under the Jeugdwet 20 years after the last change, under the Wmo 15 years. The file says "
            "until when. What is erased can be in backups for at most 35 days more.",
        ),
    ),
    Information(
        Text(nl="Wat u kunt vragen", en="What you can ask"),
        Text(
            nl="U kunt vragen om inzage, om verbetering, om uw eigen verklaring toe te voegen, om "
            "beperking van het gebruik en om wissen, en u kunt bezwaar maken. U krijgt binnen een "
            "maand antwoord.",
            en="You can ask to see it, to correct it, to add your own statement, to restrict its use and "
            "to erase it, and you can object. You get an answer within a month.",
        ),
    ),
    Information(
        Text(nl="Als u het er niet mee eens bent", en="If you do not agree"),
        Text(
            nl="U kunt een klacht indienen bij de organisatie en bij de Autoriteit Persoonsgegevens.",
            en="You can complain to the organisation and to the data protection authority.",
        ),
    ),
    Information(
        Text(nl="Geen besluit door een computer", en="No decision by a computer"),
        Text(
            nl="De computer rekent met vaste, openbare regels uit welk type bij drie antwoorden past. "
            "Een mens beslist wat er gebeurt en kan een ander oordeel opschrijven.",
            en="By fixed, public rules the computer says which type fits three answers. A person decides "
            "what happens, and can write down another judgement.",
        ),
    ),
)
