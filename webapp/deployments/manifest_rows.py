"""What the model page shows of a manifest, as plain rows. Missing parts are shown as missing, never made up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.map_layers import MAP_LAYERS
from webapp.operating_points.bundle_curve import CASES_OF

NOT_STATED = "not stated"
# Parts of the evidence that hold values. Bundles spell the place of maps in two ways: rows of an experiment the second.
NAMED_BY_METRIC = ("metrics", "localization", "localisation")
NAMED_BY_PART = ("auc_by_view", "gate")


@dataclass(frozen=True)
class FindingRow:
    """One line of the tables of operating points and calibration."""

    key: str
    title: str
    code: str
    rule: str
    threshold: str
    sensitivity: str
    specificity: str
    calibration: str
    calibrated_on: str
    ece_before: str
    ece_after: str
    maps: list[tuple[str, str]]


def finding_rows(manifest: dict[str, Any]) -> list[FindingRow]:
    """One row per finding, in the order of the bundle."""
    titles = {kind: map_title(kind, output) for kind, output in (manifest.get("outputs") or {}).items()}
    evidence = manifest.get("evidence") or {}
    return [_finding_row(own, titles, calibrated_cases(evidence, own["key"])) for own in manifest.get("findings", [])]


def calibrated_cases(evidence: Mapping[str, Any], finding: str) -> str:
    """What the calibrator of a finding was fitted on, in words; "" where the bundle does not say. A site that refitted it comes
    before whatever the base had been fitted on."""
    site = (evidence.get("site_calibrated") or {}).get(finding)
    source = ((evidence.get("calibration") or {}).get("sources") or {}).get(finding, "")
    return f"images of one site ({site})" if site else CASES_OF.get(source, "")


def map_title(kind: str, output: dict[str, Any]) -> str:
    """Grad-CAM, or for class maps the method of the head that draws them; the name of an output that is no map."""
    return MAP_LAYERS[kind].method_title(str(output.get("head", kind))) if kind in MAP_LAYERS else kind


def metric_rows(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """Every value below metrics and localisation of the evidence, with its path as name. Where phantoms were measured
    beside real images, each path starts with which of the two it is of."""
    evidence = manifest.get("evidence", {})
    phantoms = evidence.get("phantoms")
    if not phantoms:
        return _evidence_rows(evidence, "")
    return _evidence_rows(evidence, CASES_OF["real"]) + _evidence_rows(phantoms, CASES_OF["phantom"])


def measured_on(manifest: dict[str, Any]) -> str:
    """What the evidence says its values are of: data set, split, and how many images; "" where it does not say."""
    evidence = manifest.get("evidence", {})
    phantoms, split, n = (evidence.get(key) for key in ("phantoms", "split", "n"))
    if not isinstance(split, str) or n is None:
        return ""
    name = (evidence.get("data") or {}).get("name", NOT_STATED)
    beside = f" and {phantoms['n']} {CASES_OF['phantom']}" if phantoms else ""
    return f"{n} {CASES_OF['real'] if phantoms else 'images'}{beside} of data set {name}, split {split}."


def chosen_on(manifest: dict[str, Any]) -> str:
    """How many images chose the network, as the evidence says it; "" where it does not say."""
    data = manifest.get("evidence", {}).get("data") or {}
    count = (data.get("splits") or {}).get("selection") if isinstance(data, dict) else None
    return f"{count} images of data set {data.get('name', NOT_STATED)}, split selection." if count is not None else ""


def measured(value: Any) -> str:
    """`0.83 (95 % CI 0.79 to 0.87, n 120)` for {"value", "ci", "n"}; the parts that are there."""
    if value is None:
        return NOT_STATED
    if not isinstance(value, dict) or "value" not in value:
        return _number(value)
    extras = []
    if value.get("ci"):
        low, high = value["ci"]
        extras.append(f"95 % CI {_number(low)} to {_number(high)}")
    stated = [key for key in ("chance", "noise_floor", "n") if value.get(key) is not None]
    extras += [f"{key.replace('_', ' ')} {_number_or_range(value[key])}" for key in stated]
    return _number(value["value"]) + (f" ({', '.join(extras)})" if extras else "")


def _finding_row(finding: dict[str, Any], titles: dict[str, str], cases: str) -> FindingRow:
    point = finding.get("operating_point") or {}
    calibration = finding.get("calibration") or {}
    code = finding.get("code") or {}
    return FindingRow(
        key=finding["key"],
        title=finding.get("title", finding["key"]),
        code=f"{code.get('scheme', '')} {code.get('value', '')}".strip() or NOT_STATED,
        rule=point.get("rule", NOT_STATED),
        threshold=measured(point.get("threshold")),
        sensitivity=measured(point.get("sensitivity")),
        specificity=measured(point.get("specificity")),
        calibration=calibration.get("method", NOT_STATED),
        calibrated_on=f"{calibration.get('n', '?')} {cases or 'cases'}, {calibration.get('n_positive', '?')} with the finding",
        ece_before=measured(calibration.get("ece_before")),
        ece_after=measured(calibration.get("ece_after")),
        maps=[
            *((titles.get(kind, kind), _evidence(entry)) for kind, entry in (finding.get("maps") or {}).items()),
            *_agreement(finding.get("agreement"), titles),
        ],
    )


def _agreement(worth: dict[str, Any] | None, titles: dict[str, str]) -> list[tuple[str, str]]:
    """What it is worth that two maps agree, where it was measured."""
    if not worth:
        return []
    of, beside = (titles.get(worth[name], worth[name]) for name in ("of", "beside"))
    source = f", on {worth['data']}" if worth.get("data") else ""
    text = (
        f"pointing {measured(worth['agree'])} where they agree, {measured(worth['differ'])} where they do not{source}"
    )
    return [(f"{of} beside {beside}", text)]


def _evidence(entry: dict[str, Any]) -> str:
    evidence = entry.get("evidence")
    if not evidence:
        return "not measured"
    source = f", on {evidence['data']}" if evidence.get("data") else ""
    return f"{evidence.get('metric', 'score')} {measured(evidence)}{source}"


def _evidence_rows(evidence: dict[str, Any], path: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for part in (*NAMED_BY_METRIC, *NAMED_BY_PART):
        own = part if part in NAMED_BY_PART else ""
        if evidence.get(part):
            found += _flattened(evidence[part], " / ".join(filter(None, (path, own))))
    return found


def _flattened(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict) and "value" not in value:
        rows: list[tuple[str, str]] = []
        for key, inner in value.items():
            rows += _flattened(inner, f"{path} / {key}" if path else str(key))
        return rows
    if isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        return [(path, f"{len(value)} entries")]
    return [(path, measured(value))]


def _number_or_range(value: Any) -> str:
    """`0.0234 (0.0166 to 0.0316)` for {"mean", "range"}, which is how the noise floor of an ECE is stated."""
    if not isinstance(value, dict) or "mean" not in value:
        return _number(value)
    low, high = value.get("range") or (None, None)
    return _number(value["mean"]) + (f" ({_number(low)} to {_number(high)})" if low is not None else "")


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ", ".join(_number(inner) for inner in value) if isinstance(value, list) else str(value)
    return str(value) if isinstance(value, int) else f"{value:.3g}"
