"""A seeded world on each database, made once for all promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.knowledge import Knowledge
from tests.promises.world import World, embedded_database, make_world
from tests.support import server_database


@pytest.fixture(scope="session", params=["embedded", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge
) -> Iterator[World]:
    """Everybody and everything, on both databases."""
    if request.param == "embedded":
        template: Path = request.getfixturevalue("embedded_template")
        with (
            embedded_database(template, tmp_path_factory.mktemp("world")) as database,
            make_world(database, knowledge) as made,
        ):
            yield made
    else:
        address: str = request.getfixturevalue("postgresql_address")
        with server_database(address) as database, make_world(database, knowledge) as made:
            yield made
