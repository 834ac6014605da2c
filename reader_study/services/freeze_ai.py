"""Freeze what the models said of every case, before the study opens."""

from dataclasses import dataclass
from typing import Any

from reader_study.models import AiMap, AiOutput, Case, Study
from webapp.accounts.models import User
from webapp.predictions.map_files import read_map
from webapp.predictions.models import Prediction
from webapp.reveal.canonical_json import sha256_of
from webapp.work.models import Job

FINDING_KEYS = ("key", "title", "probability", "interval", "decision", "reason", "operating_point", "boxes")


@dataclass(frozen=True)
class Missing:
    """A case that a bundle has no finished result for."""

    case: str
    bundle_id: str


def missing_outputs(study: Study, bundles: list[str]) -> list[Missing]:
    """Cases without a succeeded result of a bundle that an arm pins."""
    cases = list(study.cases.filter(voided_at=None).select_related("image"))
    return [Missing(case.code, bundle) for bundle in bundles for case in cases if newest_result(case, bundle) is None]


def newest_result(case: Case, bundle_id: str) -> Prediction | None:
    """The newest succeeded result of the bundle for the bytes that are stored now."""
    results = Prediction.objects.filter(image_id=case.image_id, bundle_id=bundle_id, finished_at__isnull=False)
    for result in results.select_related("job").order_by("-created_at"):
        if result.state == Job.State.SUCCEEDED and result.image_sha256 in ("", case.image.stored_sha256):
            return result
    return None


def freeze_ai(study: Study, bundles: list[str], user: User) -> int:
    """Copies payload and maps of every case and bundle into the study; how many. Call inside the opening's transaction."""
    frozen = 0
    for bundle in bundles:
        for case in study.cases.filter(voided_at=None).select_related("image"):
            result = newest_result(case, bundle)
            if result is not None and not case.ai_outputs.filter(bundle_id=bundle).exists():
                _freeze(case, result, user)
                frozen += 1
    return frozen


def _freeze(case: Case, result: Prediction, user: User) -> None:
    maps = [
        (described, content)
        for described in result.document.get("maps", [])
        if (content := _content(result, described)) is not None
    ]
    payload = _payload(result, [(described, sha256_of(content.hex())) for described, content in maps])
    reason = _refusal(result.document)
    output = AiOutput.objects.create(
        case=case,
        bundle_id=result.bundle_id,
        payload=payload,
        payload_sha256=sha256_of(payload),
        state=AiOutput.State.ABSTAINED if reason else AiOutput.State.OK,
        reason=reason[:500],
        created_by=user,
    )
    for described, content in maps:
        shape = [len(described["findings"]), described["height"], described["width"]]
        AiMap.objects.create(
            output=output,
            kind=described["kind"],
            shape=shape,
            content=content,
            sha256=sha256_of(content.hex()),
            created_by=user,
        )


def _content(result: Prediction, described: dict[str, Any]) -> bytes | None:
    if not result.maps_key:
        return None
    shape = (len(described["findings"]), described["height"], described["width"])
    kind = described["kind"]
    values = read_map(result.maps_key, kind, shape, result.maps_sha256.get(kind, ""))
    return None if values is None else values.tobytes()


def _payload(result: Prediction, maps: list[tuple[dict[str, Any], str]]) -> dict[str, Any]:
    """Fixed keys in a fixed order, so that the size and order of an answer tell nothing of the case."""
    document = result.document
    return {
        "bundle": result.bundle_id,
        "findings": [{key: row.get(key) for key in FINDING_KEYS} for row in document.get("findings", [])],
        "gate": document.get("gate"),
        "maps": [{**described, "sha256": digest} for described, digest in maps],
    }


def _refusal(document: dict[str, Any]) -> str:
    """Why the model abstained from the whole image; empty when it answered."""
    gate = document.get("gate") or {}
    if gate.get("verdict") != "refused":
        return ""
    texts = [str(check.get("text", "")) for check in gate.get("checks", []) if check.get("passed") is False]
    return "; ".join(text for text in texts if text) or "the model refused without a reason"
