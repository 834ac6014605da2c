"""The one answer to what a study hides: the examination, not the file. Embargo, washout and training sets ask here.

Beside the image of a case: the same decoded pixels in whatever transfer syntax, project or name; its Study and Series Instance
UID (other views, for processing and for presentation); the same patient on the same day; and what looks alike. Patient ids count
in every project: two projects may give one id to two people, who are then hidden both.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Q, QuerySet

from inference.look_hash import ALIKE, look_distances
from reader_study.models import Case, HiddenImage, Study
from webapp.archive.models import Image

CHUNK = 500  # values in one query
Why = HiddenImage.Why
Pair = tuple[Case, UUID]  # a case, and the image that is hidden beside it
# What a row is known by, first come first told, with the columns that must be equal and filled.
_EQUAL: dict[Why, tuple[str, ...]] = {
    Why.PIXELS: ("pixel_sha256",),
    Why.STUDY: ("study_instance_uid",),
    Why.SERIES: ("series_instance_uid",),
    Why.DAY: ("patient_id", "study_date"),
}


def hidden_images(cases: QuerySet[Case]) -> QuerySet[Case, UUID]:
    """Ids of all images that these cases hide, for `pk__in=`; the same image may come twice."""
    beside = HiddenImage.objects.filter(case__in=cases.order_by().values("pk"), released_at=None)
    own = cases.order_by().values_list("image", flat=True)
    found: QuerySet[Case, UUID] = own.union(beside.values_list("image", flat=True), all=True)
    return found


def cases_under_way() -> QuerySet[Case]:
    """Cases of every study from its opening to its lock."""
    return Case.objects.filter(voided_at=None, study__state__in=Study.UNDER_WAY)


def hide_beside_study(study: Study) -> None:
    """Called when the study opens: every image of the archive is compared with its cases."""
    cases = list(study.cases.filter(voided_at=None).select_related("image"))
    found: dict[Pair, Why] = {}
    for why, columns in _EQUAL.items():
        first = columns[0]
        by_value: dict[tuple[object, ...], list[Case]] = {}
        for case in cases:
            value = _values(case.image, columns)
            if all(value):
                by_value.setdefault(value, []).append(case)
        wanted = sorted({str(value[0]) for value in by_value})
        for start in range(0, len(wanted), CHUNK):
            rows = Image.objects.filter(**{f"{first}__in": wanted[start : start + CHUNK]}).order_by()
            for pk, *value in rows.values_list("pk", *columns):
                for case in by_value.get(tuple(value), ()):
                    found.setdefault((case, pk), why)
    for pair in _alike(cases, Image.objects.exclude(look_hash="").order_by().values_list("pk", "look_hash")):
        found.setdefault(pair, Why.LOOK)
    _keep(found)


def hide_beside_cases(image: Image) -> None:
    """Called when an image is stored: it is compared with the cases of every study under way."""
    found: dict[Pair, Why] = {}
    cases = cases_under_way().select_related("image")
    for why, columns in _EQUAL.items():
        value = _values(image, columns)
        if all(value):
            same = Q(**{f"image__{column}": one for column, one in zip(columns, value, strict=True)})
            for case in cases.filter(same):
                found.setdefault((case, image.pk), why)
    if image.look_hash:
        looks = cases.only("study", "image__look_hash").exclude(image__look_hash="")  # of thousands, at each upload
        for pair in _alike(looks, [(image.pk, image.look_hash)]):
            found.setdefault(pair, Why.LOOK)
    _keep(found)


def cases_hiding(image: Image) -> QuerySet[Case]:
    """Cases of studies under way that hide the image."""
    beside = HiddenImage.objects.filter(image=image, released_at=None).values("case")
    return cases_under_way().filter(Q(image=image) | Q(pk__in=beside))


def _values(image: Image, columns: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(getattr(image, column) for column in columns)


def _alike(cases: Iterable[Case], images: Iterable[tuple[UUID, str]]) -> Iterator[Pair]:
    rows = list(images)
    hashes = [look for _, look in rows]
    for case in cases:
        if case.image.look_hash and rows:
            for place in (look_distances(case.image.look_hash, hashes) <= ALIKE).nonzero()[0]:
                yield case, rows[place][0]


def _keep(found: dict[Pair, Why]) -> None:
    """What a study has as a case of its own is hidden as such."""
    own = {
        (study, image)
        for study in {case.study_id for case, _ in found}
        for image in Case.objects.filter(study=study, voided_at=None).values_list("image", flat=True)
    }
    rows = [
        HiddenImage(case=case, image_id=image, why=why)
        for (case, image), why in found.items()
        if (case.study_id, image) not in own
    ]
    HiddenImage.objects.bulk_create(rows, ignore_conflicts=True)
