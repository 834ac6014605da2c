"""At which operating points the answers were given that a count pools: a share of wrong answers never stands without saying it.

A project may approve another point than the bundle's own; each result keeps the one it was given at, and each review that of its
result. Two points are one where their threshold is the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from inference.probability import fraction
from webapp.reviews.models import CaseReview, CaseReviewQuerySet

OWN = "the bundle’s own"


@dataclass
class AnswersAtPoint:
    """Answers on one finding of one bundle at one threshold. threshold: None where none was stored. names: whose point it was.
    verdicts: verdict -> how many."""

    bundle: str
    finding: str
    threshold: float | None
    names: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.verdicts.total()

    @property
    def title(self) -> str:
        """Of the finding, as its key reads."""
        return self.finding.replace("_", " ")

    @property
    def point(self) -> str:
        """ ".60, version 3 of Default project"."""
        return point_words(self.threshold, self.names)


def point_name(version: int | None, project: str) -> str:
    """Whose point: versions count the proposals of one project."""
    return OWN if version is None else f"version {version} of {project}"


def point_words(threshold: float | None, names: Sequence[str]) -> str:
    """Threshold, as every page writes it, and whose it is."""
    whose = f", {' and '.join(names)}" if names else ""
    return "a point that was not stored" if threshold is None else f"{fraction(threshold)}{whose}"


def answers_by_point(reviews: CaseReviewQuerySet) -> list[AnswersAtPoint]:
    """By bundle, finding and threshold, lowest first; what the model has no finding for was given at no point."""
    columns = (
        "bundle_id", "finding", "model_threshold", "model_point_version", "image__project__name", "verdict",
    )  # fmt: skip
    rows = reviews.exclude(finding="").order_by().values_list(*columns).annotate(count=Count("pk"))
    found: dict[tuple[str, str, float | None], AnswersAtPoint] = {}
    for bundle, finding, threshold, version, project, verdict, count in sorted(
        rows, key=lambda row: (row[3] or 0, row[4])
    ):
        own = found.setdefault((bundle, finding, threshold), AnswersAtPoint(bundle, finding, threshold))
        name = point_name(version, project)
        own.names += [] if name in own.names else [name]
        own.verdicts[verdict] += count
    return sorted(found.values(), key=lambda one: (one.bundle, one.finding, one.threshold or 0))


def is_worth_telling(points: Iterable[AnswersAtPoint]) -> bool:
    """Whether any answer was given at another point than the bundle's own, or those of one finding at several."""
    points = list(points)
    return bool(mixed(points)) or any(one.threshold is not None and OWN not in one.names for one in points)


def mixed(points: Iterable[AnswersAtPoint]) -> dict[tuple[str, str], list[AnswersAtPoint]]:
    """(bundle, finding) -> its points, where there are several."""
    found: dict[tuple[str, str], list[AnswersAtPoint]] = {}
    for one in points:
        found.setdefault((one.bundle, one.finding), []).append(one)
    return {key: own for key, own in found.items() if len(own) > 1}


def pooled_words(
    points: Iterable[AnswersAtPoint], answers: str = "answers", bundles: Mapping[str, str] | None = None
) -> list[str]:
    """One sentence for each finding whose answers were given at several points; none where there is no such finding.

    answers: what is counted. bundles: names, where several bundles are counted side by side.
    """
    found = []
    for (bundle, _), own in mixed(points).items():
        parts = "; ".join(f"{one.count} at {one.point}" for one in own)
        model = f"{bundles.get(bundle, bundle[:8])}, " if bundles else ""
        total = sum(one.count for one in own)
        words = f"{model}{own[0].title}: these {total} {answers} were given at {len(own)} operating points: {parts}."
        found.append(words if bundles else words[0].upper() + words[1:])
    return found


def versions_of(rows: Iterable[CaseReview]) -> list[str]:
    """For an export that counts: `own` and `v3`, of each row."""
    return ["own" if row.model_point_version is None else f"v{row.model_point_version}" for row in rows]
