"""One table of colours: pictures, figures, pages and the viewer take theirs from it, and text can be read in them."""

import re
from typing import get_args

import numpy as np
import pytest
from PIL import ImageColor

from inference.colours import TOKENS, colour, colours
from inference.documents import BoxRule
from tests.conftest import REPOSITORY

GROUNDS = ("canvas", "ground", "panel", "raised")
TEXTS = ("text", "muted", "faint", "model", "reader", "truth", "stop", "focus", "series", "prior")
# Drawings that stand alone as image files cannot read a style sheet.
SHEETS_AND_CODE = [
    path
    for room in ("inference", "training", "webapp", "reader_study", "reports")
    for path in (REPOSITORY / room).rglob("*")
    if path.suffix in {".css", ".py", ".ts", ".tsx", ".js", ".html"}
    and not {"node_modules", "static"} & set(path.parts)
    and path != TOKENS
]


LIGHT = REPOSITORY / "webapp" / "static_src" / "site" / "light.css"
SITE = LIGHT.with_name("site.css")


def light_colours() -> dict[str, str]:
    """Name to "#rrggbb" of every plain colour that lists and forms have in light."""
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", LIGHT.read_text()))


def luminance(value: str) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    share = np.array(ImageColor.getrgb(value)) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2)."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_has_the_contrast_of_wcag_aa_on_every_ground(text: str, ground: str) -> None:
    assert contrast(colour(text), colour(ground)) >= 4.5


@pytest.mark.parametrize("look", [colours(), light_colours()], ids=["dark", "light"])
def test_text_of_lists_and_forms_is_read_on_every_ground_in_both_looks(look: dict[str, str]) -> None:
    grounds = ("ground", "panel", "raised", "row-hover", "row-on", "hover", "fresh", "drop-ground")
    pairs = [(text, ground) for text in (*TEXTS, "strong") for ground in grounds]
    pairs += [("action-text", "action"), ("action-text", "action-hover"), ("stop", "stop-ground")]
    pale = [(pair, round(contrast(*(look[name] for name in pair)), 2)) for pair in pairs]
    assert [found for found in pale if found[1] < 4.5] == []


def test_every_colour_of_lists_and_forms_has_its_light_one() -> None:
    site = SITE.read_text()
    named = set(re.findall(r"var\(--([a-z0-9-]+)\)", site)) & set(colours())
    assert set(light_colours()) <= set(colours())
    assert named - set(light_colours()) == {"canvas"}, "the ground of a radiograph stays black"
    assert not re.search(r":[^;{]*#[0-9a-f]{3,8}\b", site), "a colour outside of the tables would not follow"


def test_every_rule_of_boxes_has_a_colour_of_its_own() -> None:
    assert len({colour(f"box-{rule}") for rule in get_args(BoxRule)}) == len(get_args(BoxRule))


def test_every_plain_colour_of_the_sheet_is_read() -> None:
    assert len(colours()) == TOKENS.read_text().count("#") - TOKENS.read_text().count("#000)")


def test_no_other_file_has_a_colour_of_the_table() -> None:
    ours = {value for value in colours().values() if len(value) == 7}
    found = {
        f"{path.relative_to(REPOSITORY)}: {value}"
        for path in SHEETS_AND_CODE
        for value in re.findall(r"#[0-9a-f]{6}\b", path.read_text(errors="ignore").lower())
        if value in ours
    }
    assert not found


# The looks of programs that are not ours, in pages of their own: light grounds, their own names.
ELSEWHERE = {"admin.css", "api_docs.css", LIGHT.name}


def test_no_other_file_has_a_colour_but_black_and_white() -> None:
    found = {
        f"{path.relative_to(REPOSITORY)}: {value}"
        for path in SHEETS_AND_CODE
        if path.name not in ELSEWHERE
        for value in re.findall(r"#[0-9a-f]{6}\b|\brgba?\(\s*\d[^)]*\)", path.read_text(errors="ignore").lower())
        if not re.match(r"rgba?\(0[ ,]+0[ ,]+0\b", value)
    }
    assert not found, "a colour outside of the table would not follow"


def test_the_pictures_of_the_site_draw_model_and_reader_in_the_colours_of_the_table() -> None:
    """Files of their own read no sheet: who changes an overlay's colour changes it there, too, and is told so here."""
    for name in ("favicon.svg", "film.svg"):
        drawn = set(re.findall(r"#[0-9a-f]{6}", SITE.with_name(name).read_text()))
        assert colour("model") in drawn, f"{name} has no {colour('model')}"
    assert colour("reader") in SITE.with_name("film.svg").read_text()


def test_every_name_that_a_sheet_reads_is_in_the_table() -> None:
    known = set(re.findall(r"--[a-z0-9-]+(?=:)", TOKENS.read_text()))
    sheets = [path for path in SHEETS_AND_CODE if path.suffix == ".css"]
    assert len(sheets) > 5
    for path in sheets:
        text = path.read_text()
        if path != LIGHT:  # the other look of the table
            assert not set(re.findall(r"^\s+(--[a-z0-9-]+):", text, re.M)) & known, path
        assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) <= known, path
