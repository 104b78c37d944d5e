import pytest
from hypothesis import settings

from app.domain.ruleset import Ruleset
from app.knowledge import load_knowledge

# These tests ask what holds, not how fast it is: a busy machine is no failure.
settings.register_profile("werkrelatie", deadline=None)
settings.load_profile("werkrelatie")


@pytest.fixture(scope="session")
def ruleset() -> Ruleset:
    """The current version of the rules: tables are compared with what is really released."""
    return load_knowledge().current
