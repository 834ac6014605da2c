"""Explanations and bundles as plain lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from inference.bundle import Bundle
from inference.calibration_forms import SOFTMAX, LabelMap, Ramps
from inference.documents import FindingDocument
from inference.explanation import Explanation
from inference.manifest import Finding
from inference.research_use import RESEARCH_LINE


def explanation_lines(name: str, explanation: Explanation) -> Iterator[str]:
    """One file's answer: gate, then a line per finding."""
    yield f"{name}: gate {explanation.gate.verdict}, {explanation.provider}"
    for check in explanation.gate.checks:
        if check.passed is not True:
            yield f"  {check.text}"
    for finding in explanation.findings:
        boxes = sum(box["rule"] == "component" for box in finding["boxes"])
        yield f"  {finding['title']:<20} {_answer(finding)}" + (f", {boxes} component boxes" if boxes else "")


def bundle_lines(bundle: Bundle) -> Iterator[str]:
    """What is inside a bundle."""
    spec, contents = bundle.input_spec, bundle.contents
    yield f"{bundle.name} {bundle.version}, id {bundle.id}"
    yield f"{RESEARCH_LINE}"
    yield f"input: {spec.height} x {spec.width}, {spec.intensity}, {spec.resize}; ONNX {len(bundle.onnx_bytes) / 1e6:.1f} MB"
    for output in contents.maps:
        yield f"map {output.kind}: {output.height} x {output.width}, head {output.head}"
    for finding in bundle.findings:
        yield from _finding_lines(finding)
    yield from _gate_lines(bundle)
    evidence = bundle.manifest["evidence"]
    yield f"evidence: {', '.join(sorted(evidence))}; made by `{evidence['command']}`"
    yield f"selfcheck: {bundle.selfcheck['image'].shape[0]} images replayed, as the exporter saw them"


def _answer(finding: FindingDocument) -> str:
    if finding["probability"] is None or finding["interval"] is None:
        return "refused"
    low, high = finding["interval"]
    return f"{finding['probability']:.3f} ({low:.3f}-{high:.3f})  {finding['decision']}"


def _finding_lines(finding: Finding) -> Iterator[str]:
    point, conformal, calibrator = finding.operating_point, finding.conformal, finding.calibrator
    code = finding.code
    yield f"finding {finding.key}: {finding.title} ({code['scheme']} {code['value']})"
    yield (
        f"  operating point ({point.rule}): {point.threshold:.3f},"
        f" sensitivity {_estimate(point.sensitivity)}, specificity {_estimate(point.specificity)}"
    )
    yield (
        f"  calibration: {calibrator.method}, {_parameters(calibrator.parameters)},"
        f" {len(calibrator.refits)} bootstrap refits"
    )
    if calibrator.form == SOFTMAX:
        yield f"  conformal, alpha {conformal.alpha:g}: one of the classes left if p >= {conformal.present_at_least:.3f}"
    else:
        yield (
            f"  conformal, alpha {conformal.alpha:g}: present if p >= {conformal.present_at_least:.3f},"
            f" absent if p <= {conformal.absent_at_most:.3f}"
        )
    for kind, rule in finding.maps.items():
        evidence = rule.evidence
        measured = "not measured" if evidence is None else f"{evidence['metric']} {_estimate(evidence)}"
        yield f"  {kind}: threshold {rule.threshold:g} ({rule.scale}), {measured}"
    worth = finding.agreement
    if worth is not None:
        yield (
            f"  {worth['of']} beside {worth['beside']}: pointing {_estimate(worth['agree'])} where they agree,"
            f" {_estimate(worth['differ'])} where they do not"
        )


def _parameters(own: LabelMap) -> str:
    if isinstance(own, Ramps):
        return f"{len(own.knots)} knots from logit {own.knots[0][0]:.4g} to {own.knots[-1][0]:.4g}"
    return ", ".join(f"{name} {value:.4g}" for name, value in vars(own).items())


def _gate_lines(bundle: Bundle) -> Iterator[str]:
    gate = bundle.contents.gate
    low, high = gate.age_years
    yield (
        f"gate: views {', '.join(gate.views)}; age {low:g}-{high:g}; modalities {', '.join(gate.modalities)};"
        f" body parts {', '.join(part or '(not stated)' for part in gate.body_parts)};"
        f" distance up to {gate.threshold:.3g}"
    )


def _estimate(value: object) -> str:
    """A proportion with its interval and n, from {"value", "ci", "n"}."""
    if not isinstance(value, dict):
        return "unknown"
    ci = value["ci"]
    interval = f" ({ci[0]:.2f}-{ci[1]:.2f})" if ci else ""
    return f"{value['value']:.2f}{interval}, n {value['n']}"
