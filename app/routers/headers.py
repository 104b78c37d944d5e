"""Say in the API description which headers an answer has."""

from typing import Any


def with_headers(status: int, *names: str) -> dict[int | str, dict[str, Any]]:
    """Describe the headers of one answer; `app/openapi.py` has their texts."""
    return {status: {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}}
