"""Installations to torture, one for each test."""

from collections.abc import Iterator

import pytest

from app.database import Database
from tests.reliability.cluster import Cluster, cluster_of_its_own
from tests.reliability.processes import serving
from tests.reliability.sites import Site, make_site
from tests.support import server_database


@pytest.fixture
def site(database: Database) -> Site:
    """An installation on either engine."""
    return make_site(database)


@pytest.fixture
def embedded_site(embedded: Database) -> Site:
    return make_site(embedded)


@pytest.fixture
def server_site(postgresql: Database) -> Site:
    return make_site(postgresql)


@pytest.fixture
def ports(site: Site) -> Iterator[list[int]]:
    """The service, running: in one process on the embedded database, in two on PostgreSQL."""
    with serving(site.settings, processes=1 if site.engine == "embedded" else 2) as processes:
        yield [process.port for process in processes]
        for process in processes:
            assert process.runs, "the service stopped by itself"


@pytest.fixture(scope="session")
def cluster(postgresql_address: str) -> Iterator[Cluster]:  # noqa: ARG001 - it says where sockets go
    """A PostgreSQL server that may be killed."""
    with cluster_of_its_own() as made:
        yield made


@pytest.fixture
def cluster_site(cluster: Cluster) -> Iterator[Site]:
    """An installation on the server that may be killed."""
    with server_database(cluster.address) as database:
        yield make_site(database)
