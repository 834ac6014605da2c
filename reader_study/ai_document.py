"""What a reader is shown of a frozen AI output: the arm's layers and nothing else, keys in a fixed order."""

from typing import Any, cast

from reader_study.models import AiOutput, Arm
from reader_study.protocol_model import LAYER_OF_MAP
from reader_study.reading_bodies import AiDocument, AiFinding, AiMapDocument


def ai_document(output: AiOutput, arm: Arm, map_url: str) -> AiDocument:
    """No model name, version or bundle id. `map_url` holds `{kind}`. An abstention shows its reason in place of the scores."""
    layers = set(arm.ai_layers)
    answered = output.state == AiOutput.State.OK
    return {
        "state": output.state,
        "reason": output.reason,
        "layers": list(arm.ai_layers),
        "findings": [_finding(row, arm, layers) for row in output.payload["findings"]] if answered else [],
        "maps": [
            cast(AiMapDocument, {**_without(row, "head", "sha256"), "url": map_url.format(kind=row["kind"])})
            for row in output.payload["maps"]
            if answered and LAYER_OF_MAP.get(row["kind"]) in layers
        ],
    }


def _finding(row: dict[str, Any], arm: Arm, layers: set[str]) -> AiFinding:
    found: AiFinding = {"key": row["key"], "title": row["title"]}
    if "score" in layers:
        found |= {
            "probability": row["probability"],
            "interval": row["interval"],
            "threshold": threshold_of(row, arm),
            "decision": row["decision"],
            "reason": row["reason"],
        }
    if "boxes" in layers:
        found["boxes"] = row["boxes"] or []
    return found


def threshold_of(row: dict[str, Any], arm: Arm) -> float | None:
    """The arm's threshold for the finding, else the bundle's operating point."""
    own = arm.thresholds.get(row["key"])
    return own if own is not None else (row.get("operating_point") or {}).get("threshold")


def ai_call(output: AiOutput, arm: Arm, finding: str) -> bool | None:
    """Whether the model called the finding; None where it abstained or does not know the finding."""
    if output.state != AiOutput.State.OK:
        return None
    row = next((row for row in output.payload["findings"] if row["key"] == finding), None)
    if row is None or row["probability"] is None:
        return None
    threshold = threshold_of(row, arm)
    return None if threshold is None else bool(row["probability"] >= threshold)


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
