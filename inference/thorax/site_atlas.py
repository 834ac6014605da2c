"""Which sites of the failure scheme a point of the thorax can belong to, likeliest first, by the kind of finding. A table of data.

Cells: how often each site lay at a place of the found frame, over drawn phantoms whose geometry is known, each site counted
alike; `python -m benchmarks.thorax_tables` makes them. Groups: which sites a finding is never offered and which come first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

TABLE: Final = Path(__file__).with_name("site_atlas.json")
OTHER_FINDINGS: Final = "other"
RANKED: Final = 5  # sites kept of each cell
OFFERED: Final = 4
MIDLINE_U: Final = 0.1  # within it a point is of no side


@dataclass(frozen=True)
class FindingGroup:
    """Findings that look alike in this respect. never: not offered; first: before the others where the place has them."""

    findings: tuple[str, ...]
    first: tuple[str, ...]
    never: tuple[str, ...]

    def ordered(self, sites: tuple[str, ...]) -> tuple[str, ...]:
        """A cell's sites as they are offered for these findings; those that come first everywhere fill what is left."""
        kept = [site for site in sites if site not in self.never]
        front = [site for site in self.first if site in kept]
        rest = [site for site in kept if site not in front] or [site for site in self.first if site not in front]
        return tuple([*front, *rest][:OFFERED])


@dataclass(frozen=True)
class SiteAtlas:
    """cells: int [v, u], index into rankings, each a tuple of sites, likeliest first."""

    ends_u: tuple[float, float]
    ends_v: tuple[float, float]
    cells: np.ndarray
    rankings: tuple[tuple[str, ...], ...]
    groups: Mapping[str, FindingGroup]

    def group_of(self, finding: str) -> str:
        """The group of a finding's key; OTHER_FINDINGS for one that the table does not name."""
        return next((name for name, group in self.groups.items() if finding in group.findings), OTHER_FINDINGS)

    def ranking_at(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Index into rankings at thorax coordinates; what lies beyond the table is as at its rim."""
        down, across = self.cells.shape
        row = np.floor((v - self.ends_v[0]) / (self.ends_v[1] - self.ends_v[0]) * down)
        column = np.floor((u - self.ends_u[0]) / (self.ends_u[1] - self.ends_u[0]) * across)
        places = np.clip(row, 0, down - 1).astype(np.intp), np.clip(column, 0, across - 1).astype(np.intp)
        return np.asarray(self.cells[places])

    def sites_at(self, u: float, v: float, finding: str) -> tuple[str, ...]:
        """The sites that are offered for a finding at one point."""
        ranking = self.rankings[int(self.ranking_at(np.array(u), np.array(v)))]
        return self.groups[self.group_of(finding)].ordered(ranking)


def side_at(u: np.ndarray) -> np.ndarray:
    """R, L, or M on the midline: of the patient, whatever the turn of the view."""
    return np.where(np.abs(u) < MIDLINE_U, "M", np.where(u < 0, "R", "L"))


@cache
def site_atlas() -> SiteAtlas:
    """The table as it is kept."""
    kept = json.loads(TABLE.read_text(encoding="utf-8"))
    site_of = kept["letters"]
    index: dict[str, int] = {}
    cells = [
        [index.setdefault(row[i : i + RANKED], len(index)) for i in range(0, len(row), RANKED)] for row in kept["cells"]
    ]
    rankings = tuple(tuple(site_of[letter] for letter in letters if letter in site_of) for letters in index)
    groups = {
        name: FindingGroup(tuple(group["findings"]), tuple(group["first"]), tuple(group["never"]))
        for name, group in kept["groups"].items()
    }
    (left, right), (top, bottom) = kept["u"], kept["v"]
    return SiteAtlas((left, right), (top, bottom), np.array(cells), rankings, groups)
