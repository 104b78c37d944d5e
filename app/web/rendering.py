"""Render a page: one environment of templates per language, made once."""

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import jinja2
from fastapi import Request, Response
from markupsafe import Markup

from app.domain.roles import Permission
from app.domain.texts import Language, Text
from app.services.work import Actor
from app.web.assets import asset
from app.web.forms import CSRF_FIELD, KEY_FIELD, VISIT, is_private, new_key, proof_of, secret_for, set_cookie
from app.web.glyphs import glyph, level_class
from app.web.places import address, other, translated
from app.web.wording import _, filters, translations

TEMPLATES = Path(__file__).parent / "templates"
DISPLAYS = ("auto", "light", "dark")
FRAGMENT_HEADER = "x-fragment"
_AS_IT_IS = "/?&=%+,;:@!$()*~"
"""What may stand in an address in a header; what else there is in a path is written with per cent signs."""


NAVIGATION = (
    ("practice", _("Practise"), None),
    ("stories", _("Stories"), None),
    ("combinations", _("All combinations"), None),
    ("caseload", _("Cases"), Permission.READ_CASES),
    ("attention", _("Attention"), Permission.READ_CASES),
    ("record", _("Record"), Permission.RECORD_ASSESSMENT),
    ("reports", _("Reports"), Permission.READ_REPORTS),
    ("trainings", _("Training"), Permission.RUN_TRAINING),
    ("accounts", _("Administration"), Permission.READ_ACCOUNTS),
)
"""What the head of a page offers: a place, its name, and the permission it takes; `None`: open to all."""


@dataclass(frozen=True, slots=True)
class View:
    """What every page is rendered with: where it is, in which language, and who looks."""

    request: Request
    language: Language
    actor: Actor | None
    permissions: frozenset[Permission]

    def may(self, permission: str) -> bool:
        """Tell whether who looks has a permission, so that a page offers only what can be done."""
        return permission in self.permissions

    @property
    def display(self) -> str:
        """How the page is to look: auto, light or dark."""
        chosen = self.request.cookies.get("display", "")
        return chosen if chosen in DISPLAYS else "auto"

    @property
    def path(self) -> str:
        """The address of this page, without its query."""
        return self.request.url.path

    @property
    def here(self) -> str:
        """The address of this page with its query."""
        query = self.request.url.query
        return f"{self.path}?{query}" if query else self.path

    @property
    def translation(self) -> str:
        """The address of the same page in the other language."""
        query = self.request.url.query
        there = translated(self.path, other(self.language))
        return f"{there}?{query}" if query else there

    @property
    def wants_fragment(self) -> bool:
        """Whether the script asks for the part of the page that changes."""
        return wants_fragment(self.request)


def wants_fragment(request: Request) -> bool:
    """Tell whether the script asks for the part of a page that changes."""
    return request.headers.get(FRAGMENT_HEADER) == "1"


@cache
def environment(language: Language) -> jinja2.Environment:
    """Return the templates in one language. Made separately: overlays would share their translations."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # of the extension
    made.globals.update(
        asset=asset,
        glyph=glyph,
        level_class=level_class,
        navigation=NAVIGATION,
        bare_title=False,
        language=language,
        other_language=other(language),
        version=version("werkrelatie"),
        url=lambda place, query=None, **gaps: address(place, language, query=query, **gaps),
        say=lambda text: text[language] if isinstance(text, Text) else text,
    )
    made.filters.update(filters(language))
    return made


def render(
    view: View,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    fragment: str | None = None,
    **words: object,
) -> Response:
    """Return a page. `fragment` names the template of the part that the script asks for by itself."""
    secret, is_new = secret_for(view.request)
    name = fragment if fragment and view.wants_fragment else template
    text = (
        environment(view.language)
        .get_template(name)
        .render(
            view=view,
            actor=view.actor,
            csrf=Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, proof_of(secret)),
            once=lambda: Markup('<input type="hidden" name="{}" value="{}">').format(KEY_FIELD, new_key()),
            is_private=is_private(view.request),
            status=status,
            **words,
        )
    )
    view.request.scope["state"]["page"] = True
    headers = {"Vary": "X-Fragment, Cookie"}
    if view.wants_fragment:
        # The head of the page stays as it was: so the script is told where the other language now is.
        there = quote(view.translation, safe=_AS_IT_IS)
        headers["Link"] = f'<{there}>; rel="alternate"; hreflang="{other(view.language)}"'
    response = Response(text, status_code=status, media_type="text/html", headers=headers)
    if is_new:
        set_cookie(view.request, response, VISIT, secret)
    return response
