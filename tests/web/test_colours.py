"""The colours can be told from what is behind them: the contrast of WCAG, computed from the sheet itself."""

import re

import pytest

from app.web.assets import FOLDER

SHEET = (FOLDER / "app.css").read_text(encoding="utf-8")
TOKENS = {
    name: colours for name, *colours in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", SHEET)
}
TEXTS = ("fg", "muted", "link", "err", "ok", "lv0", "lv1", "lv2", "lvx")


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("behind", ["bg", "card"])
@pytest.mark.parametrize("text", TEXTS)
def test_words_can_be_read(text: str, behind: str, theme: int) -> None:
    assert contrast(TOKENS[text][theme], TOKENS[behind][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_what_is_chosen_can_be_read_and_borders_can_be_seen(theme: int) -> None:
    assert contrast(TOKENS["on-accent"][theme], TOKENS["accent"][theme]) >= 4.5
    for behind in ("bg", "card"):
        assert contrast(TOKENS["line"][theme], TOKENS[behind][theme]) >= 3
