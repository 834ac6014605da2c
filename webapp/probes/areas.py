"""From what was asked for to what is erased: structures by the thorax frame, boxes, strokes; and whether it can be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from inference.erasing import MOST_ERASED, Area, Point, Stroke, area_masks, erased_shares
from inference.preprocessing import InputSpec, as_model_input
from inference.thorax import NoThorax, ThoraxFrame
from inference.thorax.structures import STRUCTURES, Structure
from webapp.archive.exam import exam_of
from webapp.archive.frame.thorax import thorax_of
from webapp.archive.models import Image
from webapp.probes.openapi import ProbeStructure
from webapp.probes.probe_body import ProbeArea, ProbeStroke
from webapp.refused import Refused
from webapp.reviews.review_body import ReviewBox

LEAST_ERASED: Final = 0.0005  # of the picture: 5 by 5 pixels of a model of 224 by 224

SHARE_SIDE: Final = 256  # pixels: whether an area can be erased is asked in the web process, whatever the model takes


@dataclass(frozen=True)
class NamedArea:
    """code: of a structure; empty for what the reader drew."""

    code: str
    title: str
    area: Area

    def document(self) -> ProbeStructure:
        """As the API gives it; `from_document` reads it back."""
        return {
            "code": self.code or None,
            "title": self.title,
            "outlines": [[list(point) for point in outline] for outline in self.area.outlines()],
            "holes": [[list(point) for point in hole] for hole in self.area.holes],
        }


def from_document(document: Any) -> Area:
    """What is erased, of an area as it was kept."""
    outlines, holes = (
        tuple(tuple((x, y) for x, y in outline) for outline in document[part]) for part in ("outlines", "holes")
    )
    return Area(polygons=outlines, holes=holes)


def offered(image: Image, spec: InputSpec) -> list[NamedArea] | NoThorax:
    """Structures that can be erased in this picture. Raises what `thorax_of` raises."""
    found = thorax_of(image)
    if isinstance(found, NoThorax):
        return found
    named = [_structure(image, found, one) for one in STRUCTURES]
    shares = _shares(image, spec, [one.area for one in named])
    return [one for one, share in zip(named, shares, strict=True) if LEAST_ERASED <= share <= MOST_ERASED]


def named_areas(image: Image, spec: InputSpec, sent: Sequence[ProbeArea]) -> list[NamedArea]:
    """What the areas of a body erase. Raises Refused (400), naming the first that cannot be erased, and what `thorax_of` raises."""
    frame = thorax_of(image) if any(area.structure for area in sent) else None
    if isinstance(frame, NoThorax):
        raise Refused("no_thorax", f"No structure can be erased by name: {frame.text}", "areas", 400)
    named = [_named(image, frame, area, place) for place, area in enumerate(sent)]
    for place, share in enumerate(_shares(image, spec, [one.area for one in named])):
        field, name = f"areas[{place}]", named[place].title
        if share > MOST_ERASED:
            text = (
                f"{name}: {share:.0%} of the picture would be erased, and nothing would be left to look at;"
                f" allowed: {MOST_ERASED:.0%}"
            )
            raise Refused("area_whole", text, field, 400)
        if share < LEAST_ERASED:
            raise Refused("area_unseen", f"{name}: nothing of it is large enough for the model to see", field, 400)
    return named


def _named(image: Image, frame: ThoraxFrame | None, area: ProbeArea, place: int) -> NamedArea:
    if area.structure and frame is not None:
        return _structure(image, frame, next(one for one in STRUCTURES if one.code == area.structure))
    if area.box is not None:
        return NamedArea("", "Box", Area(polygons=(_box(image, area.box, f"areas[{place}].box"),)))
    strokes = tuple(_stroke(image, stroke, f"areas[{place}].strokes") for stroke in area.strokes or [])
    return NamedArea("", "Erased by hand", Area(strokes=strokes))


def _structure(image: Image, frame: ThoraxFrame, structure: Structure) -> NamedArea:
    exam = exam_of(image)
    rows, columns = (image.columns, image.rows) if exam.turn.is_transposed else (image.rows, image.columns)
    drawn = structure.area(frame, rows, columns)
    polygons, holes = (tuple(_stored(image, outline) for outline in part) for part in (drawn.polygons, drawn.holes))
    title = structure.title if exam.placement()["right"] else structure.picture_title
    return NamedArea(structure.code, title, Area(polygons=polygons, holes=holes))


def _stored(image: Image, outline: Sequence[Point]) -> tuple[Point, ...]:
    turn = exam_of(image).turn
    return tuple(turn.stored_point(x, y, image.rows, image.columns) for x, y in outline)


def _box(image: Image, box: ReviewBox, field: str) -> tuple[Point, ...]:
    """The part of the box that lies in the image."""
    left, top = max(0.0, box.x), max(0.0, box.y)
    right, low = min(float(image.columns), box.x + box.w), min(float(image.rows), box.y + box.h)
    if right <= left or low <= top:
        raise _outside(image, f"the box from ({box.x:g}, {box.y:g})", field)
    return (left, top), (right, top), (right, low), (left, low)


def _stroke(image: Image, stroke: ProbeStroke, field: str) -> Stroke:
    """Its points drawn to the image's edge where they lie beyond it."""
    points, most = stroke.points, float(max(image.rows, image.columns))
    inside = [0 <= one.x <= image.columns and 0 <= one.y <= image.rows for one in points]
    if not any(inside):
        raise _outside(image, f"the stroke from ({points[0].x:g}, {points[0].y:g})", field)
    kept = tuple((min(max(one.x, 0.0), image.columns), min(max(one.y, 0.0), image.rows)) for one in points)
    return Stroke(kept, min(stroke.radius, most))


def _outside(image: Image, what: str, field: str) -> Refused:
    text = f"{what} lies outside the image of {image.columns} x {image.rows} pixels: nothing would be erased"
    return Refused("area_outside", text, field, 400)


def _shares(image: Image, spec: InputSpec, areas: Sequence[Area]) -> list[float]:
    """The part of the picture that each erases, as the model would see it, if no larger than SHARE_SIDE; no pixel is looked at."""
    smaller = min(1.0, SHARE_SIDE / max(spec.height, spec.width))
    spec = replace(spec, height=max(1, round(spec.height * smaller)), width=max(1, round(spec.width * smaller)))
    blank = np.zeros((spec.height, spec.width), np.float32)
    stand_in = as_model_input(blank, image.rows, image.columns, spec, exam_of(image).turn)
    return [share for area in areas for share in erased_shares(area_masks([area], stand_in), stand_in)]
