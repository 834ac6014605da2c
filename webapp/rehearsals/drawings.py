"""Figures of a rehearsal as coordinates of SVG drawings; the template draws them, no script does."""

from collections.abc import Mapping, Sequence
from typing import Any

SIDE, EDGE = 240.0, 30.0  # a reliability diagram: side of the square, room for its axes
WIDTH, HEIGHT, INSET = 160.0, 20.0, 4.0  # an interval
SMALLEST, LARGEST = 2.5, 8.0  # radius of a dot: its area follows the number of images


def reliability_drawing(own: Mapping[str, Sequence[Sequence[float]]]) -> dict[str, Any]:
    """Of either model its groups as dots: mean number to the right, share with the finding upwards, both from 0 to 1."""
    most = max((count for groups in own.values() for _, _, count in groups), default=1)
    models: list[dict[str, Any]] = [
        {
            "name": "in service" if key == "in_service" else "candidate",
            "tone": key.replace("_", "-"),
            "dots": [_dot(number, share, int(count), most) for number, share, count in own[key]],
            "images": int(sum(count for *_, count in own[key])),
        }
        for key in ("in_service", "candidate")
    ]
    for model in models:
        model["line"] = " ".join(f"{dot['x']},{dot['y']}" for dot in model["dots"])
    size = SIDE + 2 * EDGE
    return {"models": models, "size": size, "low": EDGE, "high": EDGE + SIDE, "middle": size / 2}


def interval_drawing(gate: Mapping[str, Any]) -> dict[str, float] | None:
    """The interval of a gate beside the range in which it must lie; None where there is none to draw."""
    value, low, high = gate["value"], gate["low"], gate["high"]
    if value is None or low is None or high is None:
        return None
    edges = [edge for edge in gate["allowed"] if edge is not None]
    ideal = 0.0 if any(edge < 0 for edge in edges) or gate["kind"] == "refusal_rate" else 1.0
    least, most = min(low, ideal, *edges), max(high, ideal, *edges)
    room = 0.08 * (most - least or 1.0)
    least, most = least - room, most + room

    def place(figure: float) -> float:
        return round(INSET + (figure - least) / (most - least) * (WIDTH - 2 * INSET), 1)

    allowed_low, allowed_high = gate["allowed"]
    return {
        "width": WIDTH, "height": HEIGHT, "middle": HEIGHT / 2, "low": place(low), "high": place(high),
        "length": round(max(1.0, place(high) - place(low)), 1), "value": place(value), "ideal": place(ideal),
        "allowed": place(allowed_low) if allowed_low is not None else 0.0,
        "allowed_length": (place(allowed_high) if allowed_high is not None else WIDTH)
        - (place(allowed_low) if allowed_low is not None else 0.0),
    }  # fmt: skip


def _dot(number: float, share: float, count: int, most: float) -> dict[str, Any]:
    radius = SMALLEST + (LARGEST - SMALLEST) * (count / most) ** 0.5
    x, y = EDGE + SIDE * number, EDGE + SIDE * (1 - share)
    return {"x": round(x, 1), "y": round(y, 1), "r": round(radius, 1), "number": number, "share": share, "count": count}
