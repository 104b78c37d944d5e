"""Colours of a stylesheet, and how well they can be told apart (WCAG 2.2, relative luminance)."""

import re

_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{3,6}),\s*(#[0-9a-f]{3,6})\)", re.IGNORECASE)


def tokens(css: str) -> dict[str, tuple[str, str]]:
    """Read every `--name:light-dark(a, b)`: its colour in the light theme, and in the dark one."""
    return {name: (light, dark) for name, light, dark in _TOKEN.findall(css)}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (_linear(int(digits[n : n + 2], 16) / 255) for n in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
