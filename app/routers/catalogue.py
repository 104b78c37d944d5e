"""The model itself: questions and rules, approaches, stories, sources. Open to all."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from app.domain.approach import Audience, EntryKind
from app.domain.errors import InvalidInput, NotFound
from app.knowledge import Knowledge
from app.models.base import Input
from app.models.catalogue import (
    CatalogueEntryRead,
    CatalogueList,
    SchemaRead,
    SourceList,
    VignetteList,
    VignetteRead,
)
from app.problems import problems
from app.services import catalogue
from app.unguarded import open_to_all
from app.wire import asked_language

router = APIRouter(tags=["model"])


class ApproachQuery(Input):
    """Which entries to list."""

    audience: Audience | None = Field(
        default=None, alias="for", description="A type, `unclear`, or a change."
    )
    kind: EntryKind | None = Field(default=None, description="The kind of suggestion.")


def _knowledge(request: Request) -> Knowledge:
    knowledge: Knowledge = request.app.state.surroundings.knowledge
    return knowledge


@router.get("/schema", summary="Read the model", responses=problems(InvalidInput))
@open_to_all
async def read_schema(request: Request) -> SchemaRead:
    """The questions, answers, types, degrees of clarity, patterns and all 27 rules."""
    return catalogue.schema(_knowledge(request).current, asked_language(request))


@router.get("/approaches", summary="List approaches", responses=problems(InvalidInput))
@open_to_all
async def list_approaches(request: Request, query: Annotated[ApproachQuery, Query()]) -> CatalogueList:
    """The suggestions of the catalogue, for one type or change, and of one kind."""
    return catalogue.approaches(
        _knowledge(request).current, asked_language(request), query.audience, query.kind
    )


@router.get("/approaches/{id}", summary="Read one approach", responses=problems(InvalidInput, NotFound))
@open_to_all
async def read_approach(
    id: Annotated[str, Path(description="The id of the entry.", examples=["com-st-01"])],
    request: Request,
) -> CatalogueEntryRead:
    """One suggestion of the catalogue."""
    return catalogue.approach(_knowledge(request).current, asked_language(request), id)


@router.get("/vignettes", summary="List stories", responses=problems(InvalidInput))
@open_to_all
async def list_vignettes(request: Request) -> VignetteList:
    """Invented practice stories, for training and demonstration."""
    return catalogue.vignettes(_knowledge(request), asked_language(request))


@router.get("/vignettes/{id}", summary="Read one story", responses=problems(InvalidInput, NotFound))
@open_to_all
async def read_vignette(
    id: Annotated[str, Path(description="The id of the story.", examples=["vg01"])],
    request: Request,
) -> VignetteRead:
    """A story with its assessments: an expert key, no measured truth."""
    return catalogue.vignette(_knowledge(request), asked_language(request), id)


@router.get("/sources", summary="List sources", responses=problems(InvalidInput))
@open_to_all
async def list_sources(request: Request) -> SourceList:
    """Where the ideas come from, and how well we know what those texts say."""
    return catalogue.sources(_knowledge(request))
