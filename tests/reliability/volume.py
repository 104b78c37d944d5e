"""How much a reliability test does: a short tier always, the full one when asked for."""

import os


def volume(short: int, full: int) -> int:
    """Return the volume of this run: the full one with WERKRELATIE_TORTURE=1."""
    return full if os.environ.get("WERKRELATIE_TORTURE") == "1" else short
