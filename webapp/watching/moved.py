"""Has what comes in moved? Scores and embeddings of each four weeks against the first ones that have enough, of one model."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from measures.watching.shift import LEAST, Shift, embedding_shift, score_shift
from webapp.accounts.policy import Person
from webapp.archive.models import Project
from webapp.predictions.models import ResultEmbedding
from webapp.watching.first_results import FirstResult, patients_once
from webapp.watching.open_images import closed

MOST = 500  # patients of a span whose embeddings are compared, evenly chosen: more would say the same

Floats = NDArray[np.float64]


def moved_spans(
    project: Project, spans: Sequence[tuple[datetime, datetime]], results: Sequence[FirstResult], person: Person | None
) -> list[dict[str, Any]]:
    """Of each span (start, end): {start, patients, scores, embeddings, other_width}. The first span with LEAST scored patients is
    what the later ones are set against. results: of one model."""
    stored = _stored(project, results, person)
    usual = _usual_width(stored)
    reference: tuple[Floats, Floats] | None = None
    found = []
    for start, end in spans:
        own = [one for one in patients_once(one for one in results if start <= one.at < end) if one.is_scored]
        scores = np.array([one.probability for one in own], np.float64)
        embeddings, other = _of(own, stored, usual)
        row = {"start": start.date().isoformat(), "patients": len(own), "other_width": other, "is_reference": False}
        if reference is None:
            row |= {"scores": None, "embeddings": None, "is_reference": len(own) >= LEAST}
            reference = (scores, embeddings) if len(own) >= LEAST else None
        else:
            row |= {"scores": _document(score_shift(reference[0], scores))}
            row |= {"embeddings": _document(embedding_shift(reference[1], embeddings))}
        found.append(row)
    return found


def _stored(project: Project, results: Sequence[FirstResult], person: Person | None) -> dict[UUID, tuple[int, UUID]]:
    """Image -> (width, prediction) of the model that gave the results: without the values, which are kilobytes each."""
    bundles = {one.bundle for one in results}
    rows = ResultEmbedding.objects.filter(prediction__image__project=project, prediction__bundle_id__in=bundles)
    if results:
        rows = rows.filter(prediction__image__created_at__gte=results[0].at)
    rows = closed(rows, "prediction__image", person).order_by("-prediction__finished_at")
    return {image: (width, pk) for image, width, pk in rows.values_list("prediction__image", "width", "pk")}


def _usual_width(stored: Mapping[UUID, tuple[int, UUID]]) -> int:
    widths = Counter(width for width, _ in stored.values())
    return widths.most_common(1)[0][0] if widths else 0


def _of(results: Sequence[FirstResult], stored: Mapping[UUID, tuple[int, UUID]], usual: int) -> tuple[Floats, int]:
    """(embeddings of the usual width [n, D], at most MOST, and how many have another width)."""
    known = [stored[one.image] for one in results if one.image in stored]
    fit = [pk for width, pk in known if width == usual]
    chosen = [fit[int(place)] for place in np.linspace(0, len(fit) - 1, min(MOST, len(fit)))]
    values = dict(ResultEmbedding.objects.filter(pk__in=chosen).values_list("pk", "values"))
    rows = [np.frombuffer(bytes(values[pk]), "<f4").astype(np.float64) for pk in chosen if pk in values]
    return np.array(rows, np.float64).reshape(len(rows), usual), len(known) - len(fit)


def _document(shift: Shift | None) -> dict[str, Any] | None:
    if shift is None:
        return None
    return {
        "value": round(shift.value, 4),
        "level": round(shift.level, 4),
        "n": shift.n[1],
        "is_shifted": shift.is_shifted,
    }
