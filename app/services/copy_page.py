"""A copy of a file as a page to read and print, in Dutch. Without script; everything is escaped."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from uuid import UUID

from app.models.advice import AdviceUseRead
from app.models.assessments import AssessmentHead
from app.models.clients import ClientCopy
from app.models.reflections import ReflectionRead
from app.models.rights import Passage, WithholdingGround

_STYLE = """
body { font: 1rem/1.5 Georgia, serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #111; }
h1, h2, h3 { line-height: 1.2; font-family: sans-serif; }
h3 { margin-bottom: 0.2rem; }
dl { display: grid; grid-template-columns: 14rem 1fr; gap: 0.2rem 1rem; margin: 0; }
dt { color: #444; } dd { margin: 0; white-space: pre-wrap; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: 0.2rem 0.6rem 0.2rem 0; }
section { break-inside: avoid-page; margin-bottom: 1.2rem; }
.withheld { border: 1px solid #444; padding: 0 0.4rem; }
@media print { body { margin: 0; max-width: none; } }
"""
_GROUNDS = {
    WithholdingGround.ABOUT_ANOTHER: "gaat over iemand anders",
    WithholdingGround.HARM: "zou ernstig nadeel geven",
}
_WORDS = {
    "yes": "ja",
    "maybe": "misschien",
    "no": "nee",
    "unknown": "onbekend",
    "visitor": "bezoeker",
    "complainant": "klager (zoeker)",
    "customer": "klant",
    "clear": "duidelijk",
    "leaning": "neigt ernaar",
    "unclear": "onduidelijk",
    "contradictory": "tegenstrijdig",
    "incomplete": "onvolledig",
    "practitioner": "hulpverlener",
    "client": "cliënt",
    "supervisor": "werkbegeleider",
    "observer": "waarnemer",
    "trainer": "trainer",
    "admin": "beheerder",
    "privacy_officer": "privacyfunctionaris",
    "parent": "ouder",
    "partner": "partner",
    "child": "kind",
    "sibling": "broer of zus",
    "relative": "familielid",
    "teacher": "leerkracht",
    "referrer": "verwijzer",
    "professional": "professional",
    "other": "anders",
    "voluntary": "vrijwillig",
    "urged": "aangespoord",
    "mandated": "opgelegd",
    "outreach": "bemoeizorg",
    "none": "geen",
    "observation": "observeren",
    "behavioural": "iets doen",
    "advice": "advies",
    "partly": "gedeeltelijk",
    "opened": "geopend",
    "closed": "gesloten",
    "reopened": "heropend",
    "handed_over": "overgedragen",
    "restricted": "gebruik beperkt",
    "released": "beperking opgeheven",
    "open": "open",
    "asked": "gevraagd",
    "given": "gegeven",
    "withdrawn": "ingetrokken",
    "jeugdwet": "Jeugdwet",
    "wmo": "Wmo 2015",
    "demo": "demonstratie",
    "requested": "gevraagd",
    "granted": "toegewezen",
    "refused": "afgewezen",
    "executed": "uitgevoerd",
    "relationship_changed": "de samenwerking is veranderd",
    "better_information": "er is meer bekend",
    "concern_reworded": "het onderwerp is anders verwoord",
    "other_assessor": "een ander heeft ingeschat",
    "event": "er is iets gebeurd",
    "correction": "verbetering",
    "accepted": "gebruikt",
    "adapted": "aangepast gebruikt",
    "declined": "niet gebruikt",
    "forward": "vooruit",
    "back": "terug",
    "same": "gelijk",
}

_BLIND = {None: "", True: ", zonder het dossier te zien", False: ", na het zien van het dossier"}

Pair = tuple[str, str | None]


def page(copy: ClientCopy) -> str:
    """Return the page."""
    return "".join(
        (
            '<!DOCTYPE html>\n<html lang="nl">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>Afschrift {escape(copy.file.reference)}</title>\n",
            f"<style>{_STYLE}</style>\n</head>\n<body>\n",
            *_body(copy),
            "</body>\n</html>\n",
        )
    )


def _body(copy: ClientCopy) -> Iterator[str]:
    yield f"<h1>Afschrift van dossier {escape(copy.file.reference)}</h1>\n"
    yield _facts(
        ("Bewaard door", copy.organisation),
        ("Gemaakt op", _moment(copy.made_at)),
        ("Stand", _word(copy.file.status)),
        ("Gebruik beperkt", "ja" if copy.file.restricted else "nee"),
        ("Bewaard volgens", _word(copy.file.retention_basis)),
        ("Laatst gewijzigd", _moment(copy.file.changed_at)),
        ("Bewaard tot", _moment(copy.file.kept_until)),
    )
    yield "<h2>Wat u moet weten</h2>\n"
    yield from (
        f"<section><h3>{escape(one.heading)}</h3><p>{escape(one.text)}</p></section>\n"
        for one in copy.information
    )
    grounds = {(one.entity_id, one.field): one.ground for one in copy.withheld}
    yield "<h2>Wat er met het dossier gebeurde</h2>\n"
    for event in copy.events:
        pairs: list[Pair] = [("Door", event.recorded_by.name), ("Hulpverlener", event.practitioner.name)]
        ground = grounds.get((event.id, Passage.CLOSING_ANSWER))
        yield _section(
            f"{_word(event.kind)}, {_moment(event.recorded_at)}",
            _facts(*pairs, ("Antwoord op de slotvraag", event.closing_answer))
            + _withheld("Slotvraag", ground),
        )
    yield "<h2>Wie en waarover</h2>\n<ul>\n"
    yield from (
        f"<li>{escape(one.reference)}{escape(f' ({_word(one.role)})' if one.role else '')}</li>\n"
        for one in copy.participants
    )
    for concern in copy.concerns:
        ground = grounds.get((concern.id, Passage.WORDING))
        words = f": {concern.wording}" if concern.wording else ""
        yield f"<li>{escape(concern.reference + words)} {_withheld('', ground)}</li>\n"
    yield "</ul>\n<h2>Wat is vastgelegd</h2>\n"
    for one in copy.assessments:
        yield _assessment(one, grounds)
    yield "<h2>Wat met de adviezen is gedaan</h2>\n"
    for use in copy.advice_uses:
        yield _use(use, grounds.get((use.id, Passage.USE_REASON)))
    yield "<h2>Waar bij is stilgestaan</h2>\n"
    for thought in copy.reflections:
        yield _reflection(thought, grounds.get((thought.id, Passage.REFLECTION_TEXT)))
    yield "<h2>Hoe het veranderde</h2>\n<ul>\n"
    yield from (
        f"<li>{_moment(step.assessed_at)}: van {_word(step.from_type) or 'open'} naar "
        f"{_word(step.to_type) or 'open'} ({_word(step.direction)})</li>\n"
        for step in copy.transitions
    )
    yield "</ul>\n<h2>Wie om een tweede inschatting is gevraagd</h2>\n<ul>\n"
    yield from (
        f"<li>{_moment(one.asked_at)}: {escape(one.supervisor.name)}, {_word(one.state)}"
        f"{escape(_BLIND[one.blind])}</li>\n"
        for one in copy.second_opinions
    )
    yield "</ul>\n<h2>Verzoeken om wissen</h2>\n<ul>\n"
    yield from (f"<li>{_moment(one.requested_at)}: {_word(one.status)}</li>\n" for one in copy.erasure_orders)
    yield "</ul>\n<h2>Wie dit dossier heeft gezien</h2>\n<table>\n"
    yield "<tr><th>Wanneer</th><th>Wie</th><th>Wat</th><th>Waarom</th></tr>\n"
    for access in copy.accesses:
        refused = "" if access.outcome == "granted" else " (geweigerd)"
        cells = (_moment(access.recorded_at), access.who, access.done + refused, access.why or "")
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n"
    yield "</table>\n"


def _assessment(one: AssessmentHead, grounds: dict[tuple[UUID, Passage], WithholdingGround]) -> str:
    state = " (vervallen: per ongeluk ingevoerd)" if one.retracted else ""
    state = " (verbeterd, zie verder)" if one.superseded_by else state
    facts = _facts(
        ("Deelnemer", one.participant.reference),
        ("Onderwerp", one.concern.wording or one.concern.reference),
        ("Gesprek", _moment(one.conversation.held_at)),
        ("Vastgelegd", f"{_moment(one.recorded_at)} door {one.recorded_by.name}"),
        ("Gezien door", _word(one.perspective)),
        ("Is er een probleem?", _word(one.answers.problem)),
        ("Wordt er hulp gevraagd?", _word(one.answers.help_request)),
        ("Eigen aandeel in de oplossing?", _word(one.answers.share_in_solution)),
        ("Over het probleem", one.own_words.problem),
        ("Over de hulp die wordt gevraagd", one.own_words.help_request),
        ("Over het eigen aandeel", one.own_words.share_in_solution),
        ("Samenwerking", f"{_word(one.relationship_type) or 'open'}, {_word(one.clarity)}"),
        ("Eigen oordeel", _word(one.judged_type)),
        ("Waarom", one.judged_reason),
        ("Vooruitgang", _digits(one.scales.progress)),
        ("Vertrouwen", _digits(one.scales.confidence)),
        ("Bereidheid", _digits(one.scales.willingness)),
        ("Opdracht", _word(one.task_given)),
        ("Vorige opdracht gedaan", _word(one.previous_task_done)),
        ("Waarom anders dan eerst", _word(one.change_reason)),
        ("Aantekening", one.note),
        ("Reden van de verbetering", one.reason),
    )
    kept_out = "".join(_withheld(label, grounds.get((one.id, passage))) for passage, label in _LABELS.items())
    said = "".join(
        f"<p>Eigen verklaring, {_moment(own.recorded_at)}: {escape(own.text or '')}</p>"
        f"{_withheld('Verklaring', grounds.get((own.id, Passage.TEXT)))}"
        for own in one.statements
    )
    return _section(f"{_moment(one.assessed_at)}{state}", facts + kept_out + said)


def _use(one: AdviceUseRead, ground: WithholdingGround | None) -> str:
    facts = _facts(
        ("Advies", one.text),
        ("Wat ermee is gedaan", _word(one.use)),
        ("Waarom", one.reason),
        ("Vastgelegd", f"{_moment(one.recorded_at)} door {one.recorded_by.name}"),
        ("Wat daarna kwam", _word(one.followed_by.relationship_type) if one.followed_by else None),
    )
    state = "" if one.counts else " (later anders vastgelegd)"
    return _section(f"Advies{state}", facts + _withheld("Waarom", ground))


def _reflection(one: ReflectionRead, ground: WithholdingGround | None) -> str:
    facts = _facts(
        ("Geschreven", f"{_moment(one.written_at)} door {one.written_by.name}"), ("Tekst", one.text)
    )
    return _section(one.prompt.text, facts + _withheld("Tekst", ground))


_LABELS = {
    Passage.WORDS_ON_PROBLEM: "Over het probleem",
    Passage.WORDS_ON_HELP_REQUEST: "Over de hulp die wordt gevraagd",
    Passage.WORDS_ON_SHARE_IN_SOLUTION: "Over het eigen aandeel",
    Passage.JUDGED_REASON: "Waarom",
    Passage.NOTE: "Aantekening",
    Passage.REASON: "Reden van de verbetering",
}


def _section(heading: str, content: str) -> str:
    return f"<section><h3>{escape(heading)}</h3>\n{content}</section>\n"


def _facts(*pairs: Pair) -> str:
    return f"<dl>{''.join(_rows(pairs))}</dl>\n"


def _rows(pairs: Iterable[Pair]) -> Iterator[str]:
    for name, value in pairs:
        if value:
            yield f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n"


def _withheld(name: str, ground: WithholdingGround | None) -> str:
    if ground is None:
        return ""
    words = f"{name}: weggelaten, {_GROUNDS[ground]}" if name else f"weggelaten, {_GROUNDS[ground]}"
    return f'<span class="withheld">{escape(words)}</span>\n'


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%d-%m-%Y %H:%M UTC")


def _digits(number: int | None) -> str | None:
    return None if number is None else str(number)


def _word(value: str | None) -> str:
    return "" if value is None else _WORDS.get(value, str(value))
