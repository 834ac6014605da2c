"""Which sites and side are proposed for a place in an image: a small raster that a page looks up at the pointer.

The place is read in thorax coordinates (docs/thorax.md); nothing here depends on what a model or a person said.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np

from inference.thorax import NoThorax, SiteAtlas, ThoraxFrame, side_at, site_atlas
from webapp.archive.exam import exam_of
from webapp.archive.frame.thorax import thorax_of
from webapp.archive.models import Image
from webapp.reviews.failure_scheme import NOT_STATED, Scheme
from webapp.reviews.openapi import SiteProposals
from webapp.reviews.scheme_versions import current_scheme

CELLS: Final = 64  # along the longer side


def site_proposals(image: Image) -> SiteProposals:
    """As `GET /api/images/{uid}/site-proposals/` answers it. Raises what `frames.display` raises."""
    atlas, found, scheme = site_atlas(), thorax_of(image), current_scheme()
    cell = max(image.rows, image.columns) / CELLS
    rows, columns = (max(1, round(side / cell)) for side in (image.rows, image.columns))
    document: SiteProposals = {
        "image": str(image.pk),
        "problem": None,
        "columns": columns,
        "rows": rows,
        "cells": [],
        "sides": "",
        "rankings": [],
        "not_offered": {name: _in_use(group.never, scheme) for name, group in atlas.groups.items()},
        "groups": {finding: name for name, group in atlas.groups.items() for finding in group.findings},
    }
    if isinstance(found, NoThorax):
        return {**document, "problem": {"code": found.code, "text": found.text}}
    ranking, side = _planes(image, found, atlas, rows, columns)
    used, index = np.unique(ranking, return_inverse=True)
    return {
        **document,
        "cells": index.ravel().tolist(),
        "sides": "".join(side.ravel().tolist()),
        "rankings": _rankings(atlas, used.tolist(), scheme),
    }


def _planes(
    image: Image, found: ThoraxFrame, atlas: SiteAtlas, rows: int, columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """(index of the ranking, side) of each cell of the stored picture."""
    exam = exam_of(image)
    height, width = (image.columns, image.rows) if exam.turn.is_transposed else (image.rows, image.columns)
    down, across = (columns, rows) if exam.turn.is_transposed else (rows, columns)
    x, y = np.meshgrid((np.arange(across) + 0.5) * width / across, (np.arange(down) + 0.5) * height / down)
    u, v = found.coordinates(x, y)
    side = side_at(u) if exam.placement()["right"] else np.full(u.shape, NOT_STATED)
    return exam.turn.undone(atlas.ranking_at(u, v)), exam.turn.undone(side)


def _rankings(atlas: SiteAtlas, used: Iterable[int], scheme: Scheme) -> list[dict[str, list[str]]]:
    """For each ranking the sites by group of findings, in codes that the scheme in force uses."""
    return [
        {name: _in_use(group.ordered(atlas.rankings[ranking]), scheme) for name, group in atlas.groups.items()}
        for ranking in used
    ]


def _in_use(sites: Iterable[str], scheme: Scheme) -> list[str]:
    retired, allowed = scheme.retired.get("sites", {}), scheme.in_use("sites")
    carried = [retired.get(site, site) for site in sites]
    return [site for site in dict.fromkeys(carried) if site in allowed]
