"""PNG of an image with one explanation map cut at the finding's threshold, its boxes and a caption.

A map without positive evidence is not stretched: the picture says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inference.boxes import interpolate, positive_part
from inference.explanation import NO_EVIDENCE, Explanation, map_threshold, method_title
from inference.gate import REFUSED
from inference.manifest import Finding, MapOutput
from inference.map_drawing import OPACITY, captioned, draw_box, map_over, png
from inference.preprocessing import Region
from inference.probability import fraction
from inference.research_use import RESEARCH_LINE

LONGEST_SIDE = 1024
LETTERS = 20


def write_overlays(folder: Path, stem: str, gray: np.ndarray, explanation: Explanation) -> list[Path]:
    """Write one PNG per finding and map kind (one in all when the gate refused); returns the paths.

    gray: float [rows, columns] in [0, 1], the source image, bright = dense.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, picture in overlay_pictures(gray, explanation):
        path = folder / f"{stem}.{name}.png"
        picture.save(path)
        written.append(path)
    return written


def overlay_pictures(gray: np.ndarray, explanation: Explanation) -> Iterator[tuple[str, Image.Image]]:
    """Name and picture of each overlay."""
    base, scale = _base_picture(gray)
    origin = explanation.origin
    model = f"{RESEARCH_LINE} · {origin.bundle_name} {origin.bundle_version} ({origin.bundle_id[:12]})"
    if explanation.gate.verdict == REFUSED:
        yield REFUSED, captioned(base, (f"No answer. {explanation.gate.reason}", model), LETTERS)
        return
    for column, finding in enumerate(explanation.contents.findings):
        for output in explanation.contents.maps:
            values = explanation.maps[output.kind][column]
            picture = _coloured(
                base, values, map_threshold(values, finding.maps[output.kind]), explanation.region, scale
            )
            for box in explanation.boxes[finding.key]:
                if box.map == output.kind:
                    draw_box(picture, (box.x, box.y, box.w, box.h), scale, f"box-{box.rule}")
            lines = (_caption(finding, output, values, explanation), model)
            yield f"{finding.key}.{output.kind}", captioned(picture, lines, LETTERS)


def map_picture(
    gray: np.ndarray,
    values: np.ndarray,
    threshold: float,
    region: Region,
    boxes: Iterable[Mapping[str, Any]],
    lines: tuple[str, str],
) -> bytes:
    """PNG of one map over the image, cut at its threshold, with boxes {x, y, w, h, rule} and two lines below.

    The second begins with the line that every picture carries. gray: as in `write_overlays`."""
    base, scale = _base_picture(gray)
    picture = _coloured(base, values, threshold, region, scale)
    for box in boxes:
        draw_box(picture, (box["x"], box["y"], box["w"], box["h"]), scale, f"box-{box['rule']}")
    first = lines[0] if values.max() > 0 else f"{lines[0]}: {NO_EVIDENCE}"
    return png(captioned(picture, (first, f"{RESEARCH_LINE} · {lines[1]}"), LETTERS))


def _caption(finding: Finding, output: MapOutput, values: np.ndarray, explanation: Explanation) -> str:
    entry = next(part for part in explanation.findings if part["key"] == finding.key)
    if entry["interval"] is None:
        raise ValueError(f"{finding.key}: refused; only an answer has a caption")
    low, high = map(fraction, entry["interval"])
    numbers = f"{fraction(entry['probability'])} ({low}-{high})"
    text = f"{finding.title}: {numbers}, {entry['decision']}. {method_title(output)}"
    return text if values.max() > 0 else f"{text}: {NO_EVIDENCE}"


def _base_picture(gray: np.ndarray) -> tuple[Image.Image, float]:
    """RGB picture with the longer side at most LONGEST_SIDE, and picture pixels per source pixel."""
    rows, columns = gray.shape
    scale = min(1.0, LONGEST_SIDE / max(rows, columns))
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    picture = Image.fromarray(np.asarray(gray, np.float32)).resize(size, Image.Resampling.BILINEAR)
    levels = np.rint(np.clip(np.asarray(picture), 0, 1) * 255).astype(np.uint8)
    return Image.fromarray(levels).convert("RGB"), scale


def _coloured(base: Image.Image, values: np.ndarray, threshold: float, region: Region, scale: float) -> Image.Image:
    positive = positive_part(values)
    if positive.max() <= 0:
        return base.copy()
    fine = _sampled(positive, region, base.size, scale)
    shown = (fine >= threshold) & (fine > 0)
    return map_over(base, fine / positive.max(), np.where(shown, OPACITY, 0.0))


def _sampled(positive: np.ndarray, region: Region, size: tuple[int, int], scale: float) -> np.ndarray:
    """The map's scores at the picture's pixels: interpolated over the whole field, then the image cut out of it."""
    width, height = size
    x0, y0, x1, y1 = (edge * scale for edge in region)
    fine = interpolate(positive, (max(1, round(y1 - y0)), max(1, round(x1 - x0))))
    # nearest field pixel of each picture pixel; outside the field (centre crop) there is no score
    rows = np.floor((np.arange(height) + 0.5 - y0) / (y1 - y0) * fine.shape[0]).astype(int)
    columns = np.floor((np.arange(width) + 0.5 - x0) / (x1 - x0) * fine.shape[1]).astype(int)
    inside_rows, inside_columns = (rows >= 0) & (rows < fine.shape[0]), (columns >= 0) & (columns < fine.shape[1])
    sampled = fine[np.ix_(rows.clip(0, fine.shape[0] - 1), columns.clip(0, fine.shape[1] - 1))]
    return np.where(inside_rows[:, None] & inside_columns[None, :], sampled, 0.0)
