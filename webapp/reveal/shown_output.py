"""What a model said of an image, copied out of its result so that everybody is shown the same bytes, with their hashes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from webapp.archive.models import Image
from webapp.predictions.map_files import read_map
from webapp.predictions.models import Prediction
from webapp.reveal.canonical_json import sha256_of
from webapp.reveal.shown_image import is_image_shown
from webapp.work.models import Job

FINDING_KEYS = ("key", "title", "probability", "interval", "decision", "reason", "operating_point", "boxes")


@dataclass(frozen=True)
class ShownMap:
    """The bytes of one kind of map: float32 little-endian [K, h, w], K findings."""

    kind: str
    shape: tuple[int, int, int]
    content: bytes

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the canonical JSON of the bytes in hexadecimal digits."""
        return sha256_of(self.content.hex())


@dataclass(frozen=True)
class ShownOutput:
    """payload: plain JSON with the maps' hashes in it. reason: why the model abstained from the whole image; empty when it
    answered."""

    bundle_id: str
    payload: dict[str, Any]
    reason: str
    maps: tuple[ShownMap, ...]

    @property
    def payload_sha256(self) -> str:
        return sha256_of(self.payload)


def newest_result(image: Image, bundle_id: str) -> Prediction | None:
    """The newest succeeded result of the bundle for the bytes that are stored now."""
    results = Prediction.objects.filter(image=image, bundle_id=bundle_id, finished_at__isnull=False)
    return next((one for one in results.select_related("job").order_by("-created_at") if _stands(one, image)), None)


def newest_results(images: QuerySet[Image], bundle_ids: Sequence[str]) -> Iterator[Prediction]:
    """The same of each of the images and each bundle, in one query; with the image and its project."""
    results = Prediction.objects.filter(image__in=images, bundle_id__in=bundle_ids, finished_at__isnull=False)
    found: set[tuple[Any, str]] = set()
    for result in results.select_related("job", "image__project").order_by("-created_at").iterator(200):
        key = (result.image_id, result.bundle_id)
        if key not in found and _stands(result, result.image):
            found.add(key)
            yield result


def _stands(result: Prediction, image: Image) -> bool:
    # Results from before hashes were kept have none.
    is_of_these_bytes = not result.image_sha256 or is_image_shown(image, result.image_sha256)
    return result.state == Job.State.SUCCEEDED and is_of_these_bytes


def shown_output(result: Prediction) -> ShownOutput:
    """A copy of a succeeded result. Maps whose files are gone or damaged are left out."""
    described = result.document.get("maps", [])
    found = [(row, shown) for row in described if (shown := _shown_map(result, row)) is not None]
    return ShownOutput(
        bundle_id=result.bundle_id,
        payload=_payload(result, [{**row, "sha256": shown.sha256} for row, shown in found]),
        reason=_abstention(result.document),
        maps=tuple(shown for _, shown in found),
    )


def _shown_map(result: Prediction, described: Mapping[str, Any]) -> ShownMap | None:
    if not result.maps_key:
        return None
    shape = (len(described["findings"]), described["height"], described["width"])
    kind = described["kind"]
    values = read_map(result.maps_key, kind, shape, result.maps_sha256.get(kind, ""))
    return None if values is None else ShownMap(kind, shape, values.tobytes())


def _payload(result: Prediction, maps: list[dict[str, Any]]) -> dict[str, Any]:
    """Fixed keys in a fixed order, so that the size and order of an answer tell nothing of the case."""
    document = result.document
    return {
        "bundle": result.bundle_id,
        "findings": [{key: row.get(key) for key in FINDING_KEYS} for row in document.get("findings", [])],
        "gate": document.get("gate"),
        "maps": maps,
    }


def _abstention(document: Mapping[str, Any]) -> str:
    gate = document.get("gate") or {}
    if gate.get("verdict") != "refused":
        return ""
    texts = [str(check.get("text", "")) for check in gate.get("checks", []) if check.get("passed") is False]
    return "; ".join(text for text in texts if text) or "the model refused without a reason"
