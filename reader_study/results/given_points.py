"""At which operating points the answers of a study's model were given.

Opening freezes the newest result of each case, so what is predicted after it changes nothing. Yet a project may have approved
another point between two of those results, and a case that was not predicted again brings the old one: then one arm shows words
and boxes of several points, and calls of the model are counted over them. That is said, on the study's page and in its results.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reader_study.models import AiOutput, FailureItem, Study
from reader_study.visible import of_study
from webapp.archive.models import Image
from webapp.reveal.shown_output import newest_results
from webapp.reviews.answer_points import AnswersAtPoint, point_name, pooled_words

ANSWERS = "answers of the model"
Row = tuple[str, Image, Mapping[str, Any]]  # bundle, image, finding


def given_points(study: Study, bundles: Sequence[str] = ()) -> list[dict[str, Any]]:
    """JSON-ready: bundle, finding, threshold, names, count; of the frozen answers. bundles: of a draft, those whose results opening
    would freeze now."""
    rows = _of_draft(study, bundles) if study.is_draft else _frozen(study)
    if study.kind == Study.Kind.FAILURE_MODE:
        return _documents(_of_items(study))
    return _documents(_counted(rows))


def points_in_words(points: Iterable[Mapping[str, Any]]) -> list[str]:
    """One sentence for each finding that was answered at several points."""
    found = [AnswersAtPoint(row["bundle"], row["finding"], row["threshold"], row["names"]) for row in points]
    for own, row in zip(found, points, strict=True):
        own.verdicts[""] = row["count"]
    return pooled_words(found, ANSWERS)


def _frozen(study: Study) -> Iterator[Row]:
    outputs = of_study(AiOutput.objects.all(), study).filter(case__voided_at=None)
    for output in outputs.select_related("case__image__project").iterator(100):
        yield from ((output.bundle_id, output.case.image, finding) for finding in output.payload["findings"])


def _of_draft(study: Study, bundles: Sequence[str]) -> Iterator[Row]:
    images = Image.objects.filter(pk__in=study.cases.filter(voided_at=None).values("image"))
    for result in newest_results(images, bundles):
        yield from ((result.bundle_id, result.image, finding) for finding in result.document.get("findings", []))


def _counted(rows: Iterable[Row]) -> list[AnswersAtPoint]:
    found: dict[tuple[str, str, float | None], AnswersAtPoint] = {}
    for bundle, image, finding in rows:
        point = finding.get("operating_point") or {}
        key = (bundle, finding["key"], point.get("threshold"))
        own = found.setdefault(key, AnswersAtPoint(*key))
        name = point_name(point.get("project_version"), str(image.project))
        own.names += [] if name in own.names else [name]
        own.verdicts[""] += 1
    return list(found.values())


def _of_items(study: Study) -> list[AnswersAtPoint]:
    """Of collected failures; those of before items kept whose point it was have its threshold alone."""
    found: dict[tuple[str, str, float | None], AnswersAtPoint] = {}
    items = of_study(FailureItem.objects.all(), study).filter(case__voided_at=None)
    for item in items.select_related("case__image__project"):
        key = (item.bundle_id, item.finding, item.threshold)
        own = found.setdefault(key, AnswersAtPoint(*key))
        own.names += [name for name in [item_point(item)] if name and name not in own.names]
        own.verdicts[""] += 1
    return list(found.values())


def item_point(item: FailureItem) -> str:
    """Whose operating point a failure was found at; empty where that was not kept."""
    if item.point_of == FailureItem.PointOf.PROTOCOL:
        return "set in the protocol"
    return point_name(item.point_version, str(item.case.image.project)) if item.point_of else ""


def _documents(points: list[AnswersAtPoint]) -> list[dict[str, Any]]:
    names = ("bundle", "finding", "threshold", "names", "count")
    ordered = sorted(points, key=lambda one: (one.bundle, one.finding, one.threshold or 0))
    return [{name: getattr(one, name) for name in names} for one in ordered]
