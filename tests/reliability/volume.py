"""How much a test does: little by default, everything with WERKRELATIE_TORTURE=1."""

import os


def volume(short: int, full: int) -> int:
    """Return how many times to try: `full` when everything is asked for, else `short`."""
    return full if os.environ.get("WERKRELATIE_TORTURE") == "1" else short
