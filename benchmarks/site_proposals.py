"""How well the thorax frame and the proposed sites agree with the geometry of phantoms that nothing was made or tuned on.

    python -m benchmarks.site_proposals [--phantoms 300] [--processes 2]

One point of each site is drawn at random in every phantom; the proposal for a lung opacity there is compared with the site that
the geometry says. `clear` counts the points that lie CLEAR_CM or more from any other site: nearer, either of the two is a true
answer. Prints and writes benchmarks/results/site_proposals.json: errors of the frame's lines, share right at first and
among the first three, per site, with Wilson 95 % intervals.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage

from benchmarks.machine import describe_machine, write_result
from benchmarks.phantom_sites import SITES, landmarks, patient_side, site_masks
from inference.thorax import NoThorax, find_thorax, side_at, site_atlas
from inference.thorax.thorax_frame import ThoraxFrame
from measures.wilson import wilson_interval
from training.phantoms.draw import Phantom, draw_phantom

UNSEEN = 700_000  # the first seed
SIZE = 256
FINDING = "lung_opacity"
LEAST_PIXELS = 20
CLEAR_CM = 0.4
CLEAR_OF_MIDLINE_CM = 2.0


def measured(seed: int) -> dict[str, Any]:
    """Errors of one phantom's lines, and the points (`proposals`)."""
    phantom = draw_phantom(seed, size=SIZE)
    found = find_thorax(phantom.image)
    if isinstance(found, NoThorax):
        return {"problem": found.code, "errors": None, "points": []}
    return {"problem": None, "errors": line_errors(phantom, found), "points": proposals(phantom, found)}


def line_errors(phantom: Phantom, found: ThoraxFrame) -> dict[str, float]:
    """Found less true; sideways as a share of the half width, up and down as a share of apices to domes."""
    true = landmarks(phantom)
    half = 0.5 * (true["left"] - true["right"])
    height = 0.5 * (true["right_dome"] + true["left_dome"]) - true["apex"]
    right, left = found.lateral_edges
    return {
        "midline": (0.5 * sum(found.midline) - 0.5 * (true["above"] + true["below"])) / half,
        "right_edge": (right - true["right"]) / half,
        "left_edge": (left - true["left"]) / half,
        "apex": (found.apex - true["apex"]) / height,
        "right_dome": (found.right_dome - true["right_dome"]) / height,
        "left_dome": (found.left_dome - true["left_dome"]) / height,
    }


class Point(NamedTuple):
    """rank: of the right site among those offered, -1 where it is not. is_side_right: None near the midline."""

    site: str
    rank: int
    is_clear: bool
    is_side_right: bool | None


def proposals(phantom: Phantom, found: ThoraxFrame) -> list[Point]:
    """One random point of each site that the phantom shows."""
    rng = np.random.default_rng([phantom.seed, 12])
    atlas, side = site_atlas(), patient_side(phantom)
    points = []
    cm = phantom.pixel_spacing[0] / 10
    for site, mask in site_masks(phantom).items():
        places = np.argwhere(mask)
        if len(places) < LEAST_PIXELS:
            continue
        row, column = places[rng.integers(len(places))]
        u, v = found.coordinates(np.array(column + 0.5), np.array(row + 0.5))
        offered = atlas.sites_at(float(u), float(v), FINDING)
        at = float(side[row, column])
        is_right = None if abs(at) < CLEAR_OF_MIDLINE_CM else str(side_at(u)) == ("R" if at < 0 else "L")
        from_border = float(ndimage.distance_transform_edt(mask)[row, column]) * cm
        rank = offered.index(site) if site in offered else -1
        points.append(Point(site, rank, from_border >= CLEAR_CM, is_right))
    return points


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares with their intervals and counts."""
    points = [point for result in results for point in result["points"]]
    errors = [result["errors"] for result in results if result["errors"]]
    sites = {site: _shares([point for point in points if point.site == site]) for site in SITES}
    sides = [point.is_side_right for point in points if point.is_side_right is not None]
    return {
        "phantoms": len(results),
        "no_thorax": sum(result["problem"] is not None for result in results),
        "all": _shares(points),
        "clear": _shares([point for point in points if point.is_clear]),
        "sites": sites,
        "side_right": _share(sum(sides), len(sides)),
        "lines": {name: _spread([error[name] for error in errors]) for name in errors[0]} if errors else {},
    }


def _shares(points: list[Point]) -> dict[str, Any]:
    ranks = [point.rank for point in points]
    return {
        "first": _share(sum(rank == 0 for rank in ranks), len(ranks)),
        "first_three": _share(sum(0 <= rank < 3 for rank in ranks), len(ranks)),
    }


def _share(count: int, n: int) -> dict[str, Any]:
    if not n:
        return {"share": None, "n": 0}
    low, high = wilson_interval(count, n)
    return {"share": round(count / n, 4), "low": round(low, 4), "high": round(high, 4), "n": n}


def _spread(values: list[float]) -> dict[str, float]:
    low, middle, high = np.percentile(values, (5, 50, 95))
    largest = float(np.abs(values).max())
    named = {"p5": low, "median": middle, "p95": high, "largest": largest}
    return {name: round(float(value), 4) for name, value in named.items()}


def main(arguments: list[str] | None = None) -> None:
    """Measures, prints and writes. arguments: of the command line; none for 300 phantoms."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.site_proposals")
    parser.add_argument("--phantoms", type=int, default=300)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(arguments or [])
    with ProcessPoolExecutor(given.processes) as pool:
        found = summary(list(pool.map(measured, range(UNSEEN, UNSEEN + given.phantoms))))
    for name, shares in (("all", found["all"]), ("clear", found["clear"]), *found["sites"].items()):
        words = [
            f"{key} {row['share']:.3f} ({row['low']:.3f}-{row['high']:.3f})" for key, row in shares.items() if row["n"]
        ]
        print(f"{name:5} n {shares['first']['n']:5} {'; '.join(words)}")
    write_result("site_proposals", {"machine": describe_machine(), **found})


if __name__ == "__main__":
    main(sys.argv[1:])
