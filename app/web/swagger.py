"""Swagger UI for developers, from the files of an installed package. Off unless a setting says otherwise.

Only the files are used: the page, its script and its policy are our own, so nothing comes from elsewhere.
"""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from app.domain.errors import NotFound
from app.unguarded import open_to_all
from app.web.assets import Asset, packed, send
from app.web.forms import PageRoute
from app.web.rendering import environment
from app.wire import asked_language

_KINDS = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}

router = APIRouter(prefix="/docs", include_in_schema=False, route_class=PageRoute)


@cache
def swagger_file(name: str) -> Asset:
    """Return a file of the package, read when it is first asked for. Together they are 1.9 MB."""
    content = files("fastapi_swagger").joinpath("resources", name).read_bytes()
    return packed(content, _KINDS[name])


@router.get("")
@open_to_all
def show_docs(request: Request) -> Response:
    """Show the page around Swagger UI, which itself speaks English."""
    language = asked_language(request)
    request.scope["state"]["language"] = language
    page = environment(language).get_template("docs.html")
    versions = {name: f"/docs/{name}?v={swagger_file(name).version}" for name in _KINDS}
    return Response(page.render(files=versions), media_type="text/html")


@router.get("/{name}")
@open_to_all
def read_swagger_file(name: str, request: Request) -> Response:
    """Return one of the files of Swagger UI."""
    if name not in _KINDS:
        raise NotFound
    return send(swagger_file(name), request)
