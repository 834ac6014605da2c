"""The answer to one image: probabilities, decisions, gate verdict, maps and boxes, and the document the API gives.

Boxes are in source image pixels. An image that the gate refuses gets no number, no map and no box: a result that must
not be used must not be seen. architecture.md sections 3 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from inference.boxes import MapField, PixelBox, classmap_fixed_boxes, component_boxes, mass95_boxes, positive_part
from inference.decisions import NEGATIVE, Decision, decide_all, is_above_operating_point
from inference.documents import (
    AgreementDocument,
    DecisionCode,
    ExplanationDocument,
    FindingDocument,
    MapDocument,
    OperatingPointDocument,
)
from inference.gate import REFUSED, GateVerdict
from inference.manifest import Finding, FindingMap, Manifest, MapOutput, OperatingPoint
from inference.map_agreement import maps_agree
from inference.map_layers import MAP_LAYERS, MapKind
from inference.preprocessing import ModelInput, Region

NO_EVIDENCE = "no positive evidence"


@dataclass(frozen=True)
class Origin:
    """Where an answer comes from: without these no number is shown."""

    bundle_id: str
    bundle_name: str
    bundle_version: str
    provider: str
    input_sha256: str


@dataclass(frozen=True, eq=False)
class Explanation:
    """One image's answer.

    probabilities, logits: by finding key (kept for the record also when the gate refuses). findings: as the API gives
    them. maps: float32 [K, h, w] by kind, empty when refused. embedding: float32 [D]. region: of the maps, source pixels.
    """

    origin: Origin
    contents: Manifest
    gate: GateVerdict
    probabilities: Mapping[str, float]
    logits: Mapping[str, float]
    findings: list[FindingDocument]
    maps: Mapping[str, np.ndarray]
    boxes: Mapping[str, list[PixelBox]]
    embedding: np.ndarray
    region: Region
    seconds: float

    @property
    def provider(self) -> str:
        """The execution provider that computed it."""
        return self.origin.provider

    @property
    def bundle_id(self) -> str:
        """SHA-256 of the bundle."""
        return self.origin.bundle_id

    @property
    def input_sha256(self) -> str:
        """SHA-256 of the input tensor."""
        return self.origin.input_sha256

    def document(self) -> ExplanationDocument:
        """The findings document of the API: plain JSON values, no NaN."""
        origin = self.origin
        return {
            "bundle": origin.bundle_id,
            "bundle_name": origin.bundle_name,
            "bundle_version": origin.bundle_version,
            "provider": origin.provider,
            "input_sha256": origin.input_sha256,
            "gate": self.gate.document(),
            "maps": [
                map_document(output, self.contents.findings, self.maps[output.kind], self.region)
                for output in self.contents.maps
                if output.kind in self.maps
            ],
            "findings": self.findings,
        }


def build_explanation(
    contents: Manifest,
    origin: Origin,
    model_input: ModelInput,
    gate: GateVerdict,
    outputs: Mapping[str, np.ndarray],
    seconds: float,
) -> Explanation:
    """Turn one image's raw outputs into its answer. outputs: without the batch axis ([K], [K, h, w], [D])."""
    refused = gate.verdict == REFUSED
    findings = finding_numbers(contents, gate, outputs)
    boxes: dict[str, list[PixelBox]] = {}
    # Everything that leaves is in stored pixels: maps of a turned image are turned back before boxes are drawn on them.
    kinds = {output.kind: model_input.turn.undone(outputs[output.kind]) for output in contents.maps}
    for column, finding in enumerate(contents.findings):
        boxes[finding.key] = []
        if has_boxes(float(outputs["probabilities"][column]), finding, findings[column]["decision"]):
            maps = {kind: values[column] for kind, values in kinds.items()}
            boxes[finding.key] = finding_boxes(finding, maps, model_input)
        findings[column]["boxes"] = [box.document() for box in boxes[finding.key]]
        agreement = None if refused else agreement_document(finding, {kind: own[column] for kind, own in kinds.items()})
        if agreement is not None:
            findings[column]["agreement"] = agreement
    return Explanation(
        origin=origin,
        contents=contents,
        gate=gate,
        probabilities=dict(zip(contents.keys, map(float, outputs["probabilities"]), strict=True)),
        logits=dict(zip(contents.keys, map(float, outputs["logits"]), strict=True)),
        findings=findings,
        maps={} if refused else dict(kinds.items()),
        boxes=boxes,
        embedding=outputs["embedding"],
        region=model_input.region,
        seconds=seconds,
    )


def finding_numbers(contents: Manifest, gate: GateVerdict, outputs: Mapping[str, np.ndarray]) -> list[FindingDocument]:
    """What is said of each finding, as in `build_explanation` but without boxes. outputs: probabilities, logits [K]."""
    decisions, intervals = decide_all(outputs["probabilities"], contents, gate), contents.intervals(outputs["logits"])
    return [
        finding_document(finding, float(outputs["probabilities"][column]), intervals[column], decisions[column])
        for column, finding in enumerate(contents.findings)
    ]


def has_boxes(probability: float, finding: Finding, decision: DecisionCode) -> bool:
    """Boxes are drawn where the answer is not negative and the score reaches the operating point."""
    if decision in (REFUSED, NEGATIVE):
        return False
    return decision == "positive" or is_above_operating_point(probability, finding)


def finding_boxes(finding: Finding, maps: Mapping[MapKind, np.ndarray], model_input: ModelInput) -> list[PixelBox]:
    """Boxes of one finding by every rule; maps: [h, w] by kind, as the source is stored. `component` first: it is what is
    drawn by default.
    """
    height, width = model_input.turn.undone(model_input.image).shape[-2:]
    grid = (height, width)
    boxes: list[PixelBox] = []
    for kind, values in maps.items():
        field = MapField(kind, model_input.region, model_input.source_height, model_input.source_width)
        boxes += component_boxes(values, field, map_threshold(values, finding.maps[kind]), grid)
        boxes += mass95_boxes(values, field)
        if MAP_LAYERS[kind].has_fixed_boxes:
            boxes += classmap_fixed_boxes(values, field)
    return boxes


def agreement_document(finding: Finding, maps: Mapping[MapKind, np.ndarray]) -> AgreementDocument | None:
    """Whether two maps agree, never without what that was measured to be worth. maps: [h, w] by kind."""
    worth = finding.agreement
    if worth is None:
        return None
    first, second = maps[worth["of"]], maps[worth["beside"]]
    limits = map_threshold(first, finding.maps[worth["of"]]), map_threshold(second, finding.maps[worth["beside"]])
    agrees = maps_agree(first, second, limits)
    return None if agrees is None else {**worth, "agrees": agrees}


def map_threshold(values: np.ndarray, rule: FindingMap) -> float:
    """The finding's threshold in units of this map: a relative one is a fraction of the map's own maximum."""
    if rule.scale == "relative":
        return rule.threshold * float(positive_part(values).max())
    return rule.threshold


def finding_document(
    finding: Finding, probability: float, interval: tuple[float, float], decision: Decision
) -> FindingDocument:
    """One finding as the API gives it, boxes aside; probability and interval are null when refused."""
    refused = decision.decision == REFUSED
    return {
        "key": finding.key,
        "title": finding.title,
        "code": finding.code.copy(),
        "probability": None if refused else probability,
        "interval": None if refused else list(interval),
        "operating_point": point_document(finding.operating_point),
        "decision": decision.decision,
        "reason": decision.reason,
        "boxes": [],
    }


def point_document(point: OperatingPoint) -> OperatingPointDocument:
    """The operating point as the API gives it."""
    found: OperatingPointDocument = {
        "threshold": point.threshold,
        "sensitivity": point.sensitivity.copy(),
        "specificity": point.specificity.copy(),
    }
    if point.project_version is not None:
        found["project_version"] = point.project_version
    return found


def map_document(output: MapOutput, findings: tuple[Finding, ...], values: np.ndarray, region: Region) -> MapDocument:
    """Description of one kind of map. values: [K, h, w], as the source is stored. Lists run in the order of `findings`."""
    rules = [finding.maps[output.kind] for finding in findings]
    return {
        "kind": output.kind,
        "head": output.head,
        "method": method_title(output),
        "findings": [finding.key for finding in findings],
        "height": values.shape[1],
        "width": values.shape[2],
        "region": list(region),
        "scale": rules[0].scale,
        # + 0.0: the graph gives -0.0 as well, which reads like an error in JSON
        "minimum": [float(low) + 0.0 for low in values.min(axis=(1, 2))],
        "maximum": [float(high) + 0.0 for high in values.max(axis=(1, 2))],
        "threshold": [rule.threshold for rule in rules],
        "is_zero": [bool(high <= 0) for high in values.max(axis=(1, 2))],
        "evidence": [None if rule.evidence is None else rule.evidence.copy() for rule in rules],
    }


def method_title(output: MapOutput) -> str:
    """Name of the method as it is shown: Grad-CAM, or the head's class map."""
    return MAP_LAYERS[output.kind].method_title(output.head)
