"""Typed reading of a bundle's manifest: the JSON Schema first, then what a schema cannot say.

The schema and one complete example lie in `inference/schema/`. architecture.md section 3.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from inference.calibration import Calibrator, class_intervals, class_probabilities
from inference.calibration_forms import SOFTMAX, form_of, read_form, read_refit
from inference.documents import Estimate, Evidence, FindingCode, MapScale, WorthOfAgreement
from inference.map_layers import MAP_LAYERS, MapKind
from inference.preprocessing import InputSpec

SCHEMA_NAME = "sightline-bundle/1"
SCHEMA_FILE = Path(__file__).parent / "schema" / "bundle.schema.json"
EXAMPLE_FILE = Path(__file__).parent / "schema" / "example_manifest.json"
# The `calibration` part of a finding in every form that the example manifest, one bundle, cannot show at once.
CALIBRATORS_FILE = Path(__file__).parent / "schema" / "example_calibrators.json"
MULTILABEL, SINGLE = "multilabel", "single"


class ManifestError(ValueError):
    """A manifest that does not follow its schema. The message names the place, the value and what is allowed."""


@dataclass(frozen=True)
class OperatingPoint:
    """Threshold on the calibrated probability, with sensitivity and specificity as measured (value, ci, n).

    project_version: of a point that a project approved in place of the bundle's own, which has none.
    """

    rule: str
    threshold: float
    sensitivity: Estimate
    specificity: Estimate
    project_version: int | None = None


@dataclass(frozen=True)
class Conformal:
    """The prediction set holds "present" if p >= present_at_least and "absent" if p <= absent_at_most.

    Task `single`: the set of the image holds this class if p >= present_at_least; absent_at_most is not read.
    """

    alpha: float
    present_at_least: float
    absent_at_most: float


@dataclass(frozen=True)
class FindingMap:
    """How one map kind of one finding is drawn. threshold: fraction of the map's maximum if scale is relative."""

    threshold: float
    scale: MapScale
    evidence: Evidence | None


@dataclass(frozen=True)
class Finding:
    """One finding the model answers for. code: scheme, value, meaning. maps: by map kind. agreement: of two of them, where
    somebody measured what it is worth."""

    key: str
    title: str
    code: FindingCode
    calibrator: Calibrator
    operating_point: OperatingPoint
    conformal: Conformal
    maps: Mapping[MapKind, FindingMap]
    agreement: WorthOfAgreement | None = None


@dataclass(frozen=True)
class MapOutput:
    """A map output of the graph: [N, K, height, width] of the named head."""

    kind: MapKind
    head: str
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class GateRules:
    """What the model may be asked. mean float64 [D], precision float64 [D, D], threshold on the distance."""

    views: tuple[str, ...]
    age_years: tuple[float, float]
    modalities: tuple[str, ...]
    body_parts: tuple[str, ...]
    mean: np.ndarray
    precision: np.ndarray
    threshold: float
    quantile: float


@dataclass(frozen=True, eq=False)
class Manifest:
    """A manifest read into types; `document` is the JSON it was read from. task: `multilabel`, each finding by itself, or
    `single`, one of the findings per image (softmax)."""

    name: str
    version: str
    task: str
    findings: tuple[Finding, ...]
    input_spec: InputSpec
    maps: tuple[MapOutput, ...]
    embedding_dimension: int
    gate: GateRules
    document: Mapping[str, Any]

    @property
    def keys(self) -> tuple[str, ...]:
        """The finding keys in the order of the graph's outputs."""
        return tuple(finding.key for finding in self.findings)

    @property
    def output_names(self) -> tuple[str, ...]:
        """The graph outputs this manifest declares."""
        return ("probabilities", "logits", *(output.kind for output in self.maps), "embedding")

    @property
    def calibrators(self) -> tuple[Calibrator, ...]:
        """One per finding, in the order of the graph's outputs."""
        return tuple(finding.calibrator for finding in self.findings)

    def at_points(self, points: Mapping[str, OperatingPoint]) -> Manifest:
        """The same with other operating points, by finding key. Raises ValueError for a key that the bundle does not have."""
        if unknown := sorted(set(points) - set(self.keys)):
            raise ValueError(f"operating point of {unknown[0]!r}; allowed: {', '.join(self.keys)}")
        findings = (replace(own, operating_point=points.get(own.key, own.operating_point)) for own in self.findings)
        return replace(self, findings=tuple(findings)) if points else self

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """What the graph should give for raw logits [..., K]: float64 [..., K]."""
        return class_probabilities(logits, self.calibrators)

    def intervals(self, logits: np.ndarray) -> list[tuple[float, float]]:
        """The 95 % range of each finding's probability over the calibrator's refits; logits [K] of one image."""
        return class_intervals(logits, self.calibrators)


def read_manifest(document: Mapping[str, Any]) -> Manifest:
    """Check a manifest against the schema and read it. Raises ManifestError naming place, value and what is allowed."""
    _check_schema(document)
    maps = _read_maps(document["outputs"])
    findings = tuple(_read_finding(part, maps) for part in document["findings"])
    keys = [finding.key for finding in findings]
    for key in keys:
        if keys.count(key) > 1:
            raise ManifestError(f"findings: key {key!r} stands {keys.count(key)} times; allowed: once")
    _check_scales(findings, maps)
    _check_task(document["task"], findings)
    dimension = int(document["outputs"]["embedding"]["dimension"])
    return Manifest(
        name=document["name"],
        version=document["version"],
        task=document["task"],
        findings=findings,
        input_spec=InputSpec.from_manifest(document["input"]),
        maps=maps,
        embedding_dimension=dimension,
        gate=_read_gate(document["gate"], dimension),
        document=document,
    )


def parse_manifest(data: bytes) -> Manifest:
    """Read manifest.json. Raises ManifestError also for bytes that are not JSON, and for NaN or Infinity."""
    try:
        document = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except ManifestError:
        raise
    except (ValueError, RecursionError) as error:  # ValueError: also a number of more digits than Python reads
        raise ManifestError(f"manifest.json is not JSON: {error}") from error
    return read_manifest(document)


def array_to_json(values: np.ndarray) -> dict[str, Any]:
    """An array as the manifest keeps it: float32, little-endian, base64."""
    data = np.ascontiguousarray(values, "<f4")
    return {"dtype": "float32", "shape": list(data.shape), "base64": base64.b64encode(data.tobytes()).decode("ascii")}


def without_arrays(value: Any) -> Any:
    """The manifest without its base64 arrays: they stay in the file, and a page never needs them."""
    if isinstance(value, dict):
        if set(value) == {"dtype", "shape", "base64"}:
            return {"dtype": value["dtype"], "shape": value["shape"]}
        return {key: without_arrays(inner) for key, inner in value.items()}
    return [without_arrays(inner) for inner in value] if isinstance(value, list) else value


def array_from_json(part: Mapping[str, Any], place: str, shape: tuple[int, ...]) -> np.ndarray:
    """Read an array of the manifest as float64; raises ManifestError if the shape or the byte count is another."""
    if tuple(part["shape"]) != shape:
        raise ManifestError(f"{place}: shape {part['shape']}; allowed: {list(shape)}, from outputs.embedding.dimension")
    try:
        data = base64.b64decode(part["base64"], validate=True)
    except binascii.Error as error:
        raise ManifestError(f"{place}: not base64: {error}") from error
    wanted = 4 * int(np.prod(shape))
    if len(data) != wanted:
        raise ManifestError(f"{place}: {len(data)} bytes; allowed: {wanted} for shape {list(shape)}")
    values = np.frombuffer(data, "<f4").astype(np.float64).reshape(shape)
    if not np.isfinite(values).all():
        raise ManifestError(f"{place}: values are not all finite; allowed: real numbers")
    return values


def bundle_schema() -> dict[str, Any]:
    """The JSON Schema of manifests: the file, with the kinds of map that map_layers.json names and no others."""
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    outputs, maps = schema["$defs"]["outputs"], schema["$defs"]["finding"]["properties"]["maps"]
    for part in (outputs, maps):
        every = part["additionalProperties"]
        part["properties"] = part.get("properties", {}) | dict.fromkeys(MAP_LAYERS, every)
        part["additionalProperties"] = False
    outputs["anyOf"] = [{"required": [kind]} for kind in MAP_LAYERS]
    return schema


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(bundle_schema())


def _check_schema(document: Any) -> None:
    if isinstance(document, Mapping) and document.get("schema") != SCHEMA_NAME:
        raise ManifestError(f"schema {document.get('schema')!r}; allowed: {SCHEMA_NAME!r}")
    error = best_match(_validator().iter_errors(document))
    if error is not None:
        place = ".".join(str(step) for step in error.absolute_path) or "manifest"
        raise ManifestError(f"{place}: {_shortened(error.message)}; allowed: {_allowed(error)}")


def _allowed(error: Any) -> str:
    allowed = error.validator_value
    if error.validator == "additionalProperties":
        allowed = sorted(error.schema.get("properties", {}))
    return f"{error.validator} {_shortened(json.dumps(allowed))}"


def _shortened(text: str, longest: int = 300) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _refuse_constant(name: str) -> None:
    raise ManifestError(f"manifest.json holds {name}; allowed: real numbers")


def _read_maps(outputs: Mapping[str, Any]) -> tuple[MapOutput, ...]:
    return tuple(
        MapOutput(kind, outputs[kind]["head"], outputs[kind]["height"], outputs[kind]["width"])
        for kind in MAP_LAYERS
        if kind in outputs
    )


def _read_finding(part: Mapping[str, Any], maps: tuple[MapOutput, ...]) -> Finding:
    kinds = [output.kind for output in maps]
    if sorted(part["maps"]) != sorted(kinds):
        raise ManifestError(
            f"findings.{part['key']}.maps: {sorted(part['maps'])}; allowed: {sorted(kinds)}, as outputs"
        )
    point, conformal = part["operating_point"], part["conformal"]
    return Finding(
        key=part["key"],
        title=part["title"],
        code=part["code"],
        calibrator=_read_calibrator(part),
        operating_point=OperatingPoint(
            point["rule"], float(point["threshold"]), point["sensitivity"], point["specificity"]
        ),
        conformal=Conformal(conformal["alpha"], conformal["present_at_least"], conformal["absent_at_most"]),
        maps={kind: _read_finding_map(part["key"], kind, part["maps"][kind]) for kind in kinds},
        agreement=_read_agreement(part, kinds),
    )


def _read_agreement(part: Mapping[str, Any], kinds: list[MapKind]) -> WorthOfAgreement | None:
    found: WorthOfAgreement | None = part.get("agreement")
    if found is not None and (found["of"] == found["beside"] or not {found["of"], found["beside"]} <= set(kinds)):
        place = f"findings.{part['key']}.agreement"
        raise ManifestError(f"{place}: of {found['of']} beside {found['beside']}; allowed: two of {sorted(kinds)}")
    return found


def _check_scales(findings: tuple[Finding, ...], maps: tuple[MapOutput, ...]) -> None:
    """One legend serves all findings of a map kind, so they share their scale."""
    for output in maps:
        scales = sorted({finding.maps[output.kind].scale for finding in findings})
        if len(scales) > 1:
            raise ManifestError(f"findings.maps.{output.kind}.scale: {scales}; allowed: the same for every finding")


def _check_task(task: str, findings: tuple[Finding, ...]) -> None:
    """A softmax weighs all findings against each other: all of them or none, refitted on the same resamples."""
    for finding in findings:
        form, place = finding.calibrator.form, f"findings.{finding.key}.calibration"
        if (form == SOFTMAX) != (task == SINGLE):
            allowed = repr(SOFTMAX) if task == SINGLE else f"any form but {SOFTMAX!r}"
            raise ManifestError(f"{place}.form: {form!r}; allowed: {allowed} for task {task!r}")
        if task == SINGLE and len(finding.calibrator.refits) != len(findings[0].calibrator.refits):
            found, wanted = len(finding.calibrator.refits), len(findings[0].calibrator.refits)
            raise ManifestError(f"{place}.bootstrap: {found} refits; allowed: {wanted}, as the first finding")


def _read_calibrator(part: Mapping[str, Any]) -> Calibrator:
    values = part["calibration"]
    form, place = form_of(values), f"findings.{part['key']}.calibration"
    try:
        parameters = read_form(form, values)
    except ValueError as error:
        raise ManifestError(f"{place}: {error}") from error
    try:
        refits = tuple(read_refit(form, numbers) for numbers in values["bootstrap"])
    except ValueError as error:
        raise ManifestError(f"{place}.bootstrap: {error}") from error
    return Calibrator(values["method"], form, parameters, refits)


def _read_finding_map(key: str, kind: str, part: Mapping[str, Any]) -> FindingMap:
    if part["scale"] == "relative" and not part["threshold"] <= 1:
        place = f"findings.{key}.maps.{kind}.threshold"
        raise ManifestError(f"{place}: {part['threshold']:g}; allowed: 0 to 1 for a relative scale")
    return FindingMap(float(part["threshold"]), part["scale"], part["evidence"])


def _read_gate(part: Mapping[str, Any], dimension: int) -> GateRules:
    low, high = part["age_years"]
    if low > high:
        raise ManifestError(f"gate.age_years: [{low:g}, {high:g}]; allowed: lowest first")
    ood = part["ood"]
    return GateRules(
        views=tuple(part["views"]),
        age_years=(float(low), float(high)),
        modalities=tuple(part["modalities"]),
        body_parts=tuple(part["body_parts"]),
        mean=array_from_json(ood["mean"], "gate.ood.mean", (dimension,)),
        precision=array_from_json(ood["precision"], "gate.ood.precision", (dimension, dimension)),
        threshold=float(ood["threshold"]),
        quantile=float(ood["quantile"]),
    )
