"""How much is tried: a little in every run, and everything when it is asked for."""

import os


def volume(short: int, full: int) -> int:
    """Return the small number, or with `WERKRELATIE_TORTURE=1` the large one."""
    return full if os.environ.get("WERKRELATIE_TORTURE") == "1" else short
