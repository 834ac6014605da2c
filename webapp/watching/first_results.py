"""What was said of each image when it came: its first result. A result asked for later, by another model or once more, is not what
anybody was told then."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from webapp.accounts.policy import Person
from webapp.archive.models import Image, Project
from webapp.change_plans.subgroups import SUBGROUPS
from webapp.predictions.models import Prediction
from webapp.watching.open_images import closed

REFUSED = "refused"


@dataclass(frozen=True)
class FirstResult:
    """Of one finding. patient: text of the file, to tell patients apart and for nothing else. probability: None where there is no
    number. threshold: of the operating point that was in force. decision: positive, negative, uncertain or refused; empty where the
    bundle has no such finding."""

    image: UUID
    patient: str
    at: datetime
    finished_at: datetime
    bundle: str
    view: str
    maker: str
    verdict: str
    probability: float | None
    decision: str
    threshold: float | None

    @property
    def is_scored(self) -> bool:
        """A number and a point that it was called by."""
        return self.probability is not None and self.threshold is not None

    @property
    def is_flagged(self) -> bool:
        return self.is_scored and self.probability >= self.threshold  # type: ignore[operator]

    @property
    def seconds(self) -> float:
        """From the arrival of the image to the answer."""
        return (self.finished_at - self.at).total_seconds()


def first_results(
    project: Project, finding: str, since: datetime, now: datetime, person: Person | None = None
) -> list[FirstResult]:
    """Of the images that came after `since` and are not hidden (`open_images.closed`), oldest first."""
    rows = Prediction.objects.filter(
        image__project=project, finished_at__isnull=False, image__created_at__gt=since, image__created_at__lte=now
    )
    rows = closed(rows.exclude(bundle_id=""), "image", person)
    found: dict[UUID, FirstResult] = {}
    for one in _read(rows, finding):
        kept = found.get(one.image)
        if kept is None or one.finished_at < kept.finished_at:
            found[one.image] = one
    return sorted(found.values(), key=lambda one: (one.at, str(one.image)))


def patients_once(results: Iterable[FirstResult]) -> list[FirstResult]:
    """The first image of each patient: several of one are not independent. An image without a patient's id is one by itself."""
    seen: set[object] = set()
    return [one for one in results if not ((key := one.patient or one.image) in seen or seen.add(key))]  # type: ignore[func-returns-value]


def _read(rows: QuerySet[Prediction], finding: str) -> Iterator[FirstResult]:
    """Single values of the documents, each model's by the place of the finding in it: whole documents are long."""
    for bundle in rows.order_by().values_list("bundle_id", flat=True).distinct():
        own = rows.filter(bundle_id=bundle)
        place = _place(own, finding)
        said = [
            f"document__findings__{place}__{name}"
            for name in ("key", "probability", "decision", "operating_point__threshold")
        ]
        columns = (
            "image", "image__patient_id", "image__created_at", "finished_at", "image__view", "image__header__manufacturer",
            "document__gate__verdict", *said,
        )  # fmt: skip
        for row in own.order_by().values_list(*columns).iterator(2000):
            yield _result(bundle, finding, row)


def _result(bundle: str, finding: str, row: Sequence[Any]) -> FirstResult:
    image, patient, at, finished_at, view, maker, verdict, key, probability, decision, threshold = row
    if key != finding:
        probability, decision, threshold = None, "", None
    if verdict == REFUSED or decision == REFUSED:
        probability = None
    place = view_and_maker(view, str(maker or ""))
    return FirstResult(
        image, patient, at, finished_at, bundle, *place, verdict or "", probability, decision or "", threshold
    )


def _place(rows: QuerySet[Prediction], finding: str) -> int:
    """Where the model's documents have the finding; 0 where they have it nowhere."""
    document = rows.order_by().values_list("document", flat=True)[:1].get()
    keys = [one.get("key") for one in document.get("findings", [])]
    return keys.index(finding) if finding in keys else 0


@lru_cache(maxsize=512)
def view_and_maker(view: str, maker: str) -> tuple[str, str]:
    """As subgroups of gates name them."""
    image = Image(view=view, header={"manufacturer": maker})
    return SUBGROUPS["view"].value(image), SUBGROUPS["maker"].value(image)
