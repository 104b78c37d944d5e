"""The files behind the pages: style, script and icon, each under an address that says which version it is."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request, Response

from app.domain.errors import NotFound
from app.unguarded import open_to_all
from app.web.forms import PageRoute

FOLDER = Path(__file__).parent / "static"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter(prefix="/static", route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, as it is and packed, and the start of its SHA-256.

    Pages themselves are never packed: their size would tell something about the proofs in their forms.
    """

    content: bytes
    packed: bytes
    kind: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """Return all files by name, read once. Nothing else in the folder is served."""
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in _KINDS}


def _read(path: Path) -> Asset:
    return packed(path.read_bytes(), _KINDS[path.suffix])


def packed(content: bytes, kind: str) -> Asset:
    """Return a file of this kind, ready to send."""
    return Asset(content, gzip.compress(content, mtime=0), kind, hashlib.sha256(content).hexdigest()[:10])


def asset(name: str) -> str:
    """Return the address of a file. It changes with the file, so a browser may keep it for ever."""
    return f"/static/{name}?v={assets()[name].version}"


@router.get("/{name}")
@open_to_all
async def read_asset(name: str, request: Request) -> Response:
    """Return one file."""
    found = assets().get(name)
    if found is None:
        raise NotFound
    return send(found, request)


def send(found: Asset, request: Request) -> Response:
    """Answer with a file: packed where it can be read, and not again where it is there already."""
    headers = {"ETag": f'"{found.version}"', "Vary": "Accept-Encoding"}
    if request.query_params.get("v") == found.version:
        headers["Cache-Control"] = _FOR_EVER
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=found.kind, headers=headers)
    return Response(found.content, media_type=found.kind, headers=headers)
