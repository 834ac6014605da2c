"""Pictures of the watching page, as numbers for SVG: measured as filled points, estimated as hollow ones on a dashed line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.watching.compared import ESTIMATED, FIGURES

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 420, 150, 34, 400, 12, 126
LOWEST = {"auc": 0.4}
APART = 3.0  # px between what is measured and what is estimated of one period


@dataclass(frozen=True)
class Point:
    """Of one period: place, ends of its interval, and what it says."""

    x: float
    y: float
    top: float
    bottom: float
    words: str


@dataclass(frozen=True)
class Picture:
    """ticks: (y, label). line: through the estimated points."""

    key: str
    title: str
    measured: list[Point]
    estimated: list[Point]
    line: str
    ticks: list[tuple[float, str]]
    first: str
    last: str


def pictures(periods: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """One of each figure that has a point."""
    found = [_picture(name, periods) for name in ESTIMATED]
    return [one for one in found if one.measured or one.estimated]


def cusum_line(weeks: Sequence[Mapping[str, Any]], limit: float) -> dict[str, Any] | None:
    """Height after each week, and the limit; None where no week has one."""
    heights = [(place, week["score"]["height"]) for place, week in enumerate(weeks) if week["score"]]
    known = [(place, height) for place, height in heights if height is not None]
    if not known:
        return None
    most = max(1.2 * limit, *(height for _, height in known))
    points = " ".join(f"{_x(place, len(weeks)):.1f},{_y(height, 0, most):.1f}" for place, height in known)
    dots = [(round(_x(place, len(weeks)), 1), round(_y(height, 0, most), 1)) for place, height in known]
    return {
        "points": points,
        "dots": dots,
        "limit_y": round(_y(limit, 0, most), 1),
        "limit": limit,
        "last": known[-1][1],
    }


def _picture(name: str, periods: Sequence[Mapping[str, Any]]) -> Picture:
    low = LOWEST.get(name, 0.0)
    measured, estimated = (
        [
            _point(period["start"], period[kind][name], _x(place, len(periods)) + aside, low)
            for place, period in enumerate(periods)
            if period[kind][name]["value"] is not None
        ]
        for kind, aside in (("measured", -APART), ("estimated", APART))
    )
    return Picture(
        key=name,
        title=FIGURES[name],
        measured=measured,
        estimated=estimated,
        line=" ".join(f"{one.x},{one.y}" for one in estimated),
        ticks=[(round(_y(value, low, 1), 1), f"{value:.1f}") for value in (low, (1 + low) / 2, 1.0)],
        first=periods[0]["start"] if periods else "",
        last=periods[-1]["start"] if periods else "",
    )


def _point(start: str, figure: Mapping[str, Any], x: float, low: float) -> Point:
    value = figure["value"]
    ends = [value if figure[end] is None else figure[end] for end in ("low", "high")]
    bottom, top = (round(_y(end, low, 1), 1) for end in ends)
    words = f"{start}: {value:.3f} ({ends[0]:.3f} … {ends[1]:.3f}), n {figure['n']}"
    return Point(round(x, 1), round(_y(value, low, 1), 1), top, bottom, words)


def _x(place: int, count: int) -> float:
    return LEFT + 10 + (RIGHT - LEFT - 20) * (place + 0.5) / max(count, 1)


def _y(value: float, low: float, high: float) -> float:
    inside = min(max(value, low), high)
    return BOTTOM - (BOTTOM - TOP) * (inside - low) / (high - low)
