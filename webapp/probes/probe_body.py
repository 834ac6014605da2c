"""What a client sends to ask: the finding, and what is to be erased. Errors are data: code, field, sentence."""

from typing import Annotated, Final

from pydantic import AfterValidator

from webapp.probes.openapi import STRUCTURE_CODES
from webapp.reviews.review_body import ReviewBox, Short, Side
from webapp.sent_body import OneOf, SentBody, said

MOST_AREAS: Final = 31  # with both fillings and the whole picture 63 copies
MOST_POINTS: Final = 400


def _some(areas: list["ProbeArea"]) -> list["ProbeArea"]:
    if not 1 <= len(areas) <= MOST_AREAS:
        raise said("too_many_areas" if areas else "no_area", f"{len(areas)} areas; allowed: 1 to {MOST_AREAS}")
    return areas


def _points(points: list["ProbePoint"]) -> list["ProbePoint"]:
    if not 1 <= len(points) <= MOST_POINTS:
        raise said("stroke_length", f"a stroke of {len(points)} points; allowed: 1 to {MOST_POINTS}")
    return points


def _wide(radius: float) -> float:
    if radius <= 0:
        raise said("stroke_width", f"a brush of {radius:g} pixels; it must be above 0")
    return radius


class ProbePoint(SentBody):
    """Source image pixels; the corner of the first pixel is (0, 0)."""

    x: Side
    y: Side


class ProbeStroke(SentBody):
    """A brush of `radius` along points."""

    points: Annotated[list[ProbePoint], AfterValidator(_points)]
    radius: Annotated[Side, AfterValidator(_wide)]


class ProbeArea(SentBody):
    """One of three: a structure by its code, a box, or strokes of the eraser."""

    structure: Annotated[str, OneOf(STRUCTURE_CODES)] | None = None
    box: ReviewBox | None = None
    strokes: list[ProbeStroke] | None = None


def _one_thing(areas: list[ProbeArea]) -> list[ProbeArea]:
    for area in areas:
        given = [name for name in ("structure", "box", "strokes") if getattr(area, name) is not None]
        if len(given) != 1:
            named = " and ".join(given) or "nothing"
            raise said("one_thing", f"an area names {named}; it must be one of structure, box, strokes")
        strokes = area.strokes
        if strokes is not None and sum(len(one.points) for one in strokes) > MOST_POINTS:
            raise said("stroke_length", f"an eraser of more than {MOST_POINTS} points: erase less at a time")
        if strokes == [] or (area.box is not None and min(area.box.w, area.box.h) <= 0):
            raise said("area_empty", "an area is empty: drag the eraser over a part of the picture")
    return areas


class ProbeRequest(SentBody):
    """prediction: the result that is shown, which must have a number for the finding."""

    prediction: Short
    finding: Short
    areas: Annotated[list[ProbeArea], AfterValidator(_some), AfterValidator(_one_thing)]
