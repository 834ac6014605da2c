"""Every number that a manifest states as measured or chosen, with on whom; what it does not say stays unsaid."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from webapp.deployments.manifest_rows import NAMED_BY_METRIC, NAMED_BY_PART, NOT_STATED, calibrated_cases, map_title
from webapp.operating_points.bundle_curve import CASES_OF

AUC_OF_THE_EVIDENCE = re.compile(r"evidence\.metrics\.auc_\w+")
NOBODY_SAYS = "the bundle does not say on whom"


@dataclass(frozen=True)
class OnWhom:
    """data: name of the data set; split: which part of it. "" where the manifest does not say."""

    data: str = ""
    split: str = ""

    def __str__(self) -> str:
        if not self.data and not self.split:
            return NOBODY_SAYS
        return f"data: {self.data or NOT_STATED}; split: {self.split or NOT_STATED}"


@dataclass(frozen=True)
class MeasuredNumber:
    """place: where it stands in the manifest. interval: 95 %, as [low, high]. None: the manifest does not say."""

    place: str
    name: str
    value: Any
    interval: tuple[float, float] | None
    n: int | None
    positives: int | None
    on: OnWhom

    def as_document(self) -> dict[str, Any]:
        """JSON-ready."""
        own = {
            "place": self.place, "name": self.name, "value": self.value, "interval": self.interval, "n": self.n,
            "positives": self.positives, "data": self.on.data or None, "split": self.on.split or None,
        }  # fmt: skip
        return own | {"on_whom": str(self.on)}


def measured_numbers(manifest: Mapping[str, Any]) -> list[MeasuredNumber]:
    """Those of each finding first, then those of the evidence."""
    findings = [number for own in manifest.get("findings", []) for number in _of_finding(own, manifest)]
    return findings + list(_of_evidence(manifest.get("evidence") or {}))


def leads_the_card(number: MeasuredNumber) -> bool:
    """An AUC that says on whom it was measured; those of phantoms drawn beside the images are not among them."""
    return bool(AUC_OF_THE_EVIDENCE.fullmatch(number.place)) and str(number.on) != NOBODY_SAYS


def by_view(manifest: Mapping[str, Any]) -> list[MeasuredNumber]:
    """The only subgroups that a manifest names."""
    return [number for number in measured_numbers(manifest) if ".auc_by_view." in number.place]


def _of_finding(finding: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[MeasuredNumber]:
    place, title = f"findings.{finding['key']}", finding.get("title", finding["key"])
    point, conformal = finding.get("operating_point") or {}, finding.get("conformal") or {}
    if "threshold" in point:
        name = f"{title}: threshold of the operating point ({point.get('rule', NOT_STATED)})"
        yield _number(f"{place}.operating_point.threshold", name, point["threshold"], OnWhom())
    for rate in ("sensitivity", "specificity"):
        if point.get(rate) is not None:
            own = f"{title}: {rate} at the operating point"
            yield _number(f"{place}.operating_point.{rate}", own, point[rate], OnWhom())
    yield from _of_calibration(place, title, finding.get("calibration") or {}, manifest)
    for end in ("present_at_least", "absent_at_most"):
        if end in conformal:
            name = f"{title}: conformal threshold, {end.replace('_', ' ')} (alpha {conformal.get('alpha')})"
            both = {"value": conformal[end], "n": _sum(conformal), "n_positive": conformal.get("n_positive")}
            yield _number(f"{place}.conformal.{end}", name, both, OnWhom())
    yield from _of_maps(place, title, finding.get("maps") or {}, manifest)


def _of_calibration(
    place: str, title: str, own: Mapping[str, Any], manifest: Mapping[str, Any]
) -> Iterator[MeasuredNumber]:
    """The refits' n is of the fit: on whom its error was measured, the manifest says nowhere."""
    for when in ("ece_before", "ece_after"):
        if own.get(when) is not None:
            name = f"{title}: calibration error (ECE) {when.removeprefix('ece_')} calibration"
            yield _number(f"{place}.calibration.{when}", name, own[when], OnWhom())
    if own.get("n") is not None:
        name = f"{title}: cases that the calibrator ({own.get('method', NOT_STATED)}) was fitted on"
        both = {"value": own["n"], "n": own["n"], "n_positive": own.get("n_positive")}
        yield _number(f"{place}.calibration.n", name, both, _fitted_on(place.removeprefix("findings."), manifest))


def _fitted_on(finding: str, manifest: Mapping[str, Any]) -> OnWhom:
    """Of a calibrator. One that a site refitted is of that site, not of the data of the base."""
    evidence = manifest.get("evidence") or {}
    cases = calibrated_cases(evidence, finding)
    if finding in (evidence.get("site_calibrated") or {}):
        return OnWhom(cases)
    split = str((manifest.get("calibration") or {}).get("split") or "")
    data = f"{_data_name(evidence) or NOT_STATED} ({cases})" if cases else _data_name(evidence)
    return OnWhom(data, split) if split else OnWhom()


def _of_maps(place: str, title: str, maps: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[MeasuredNumber]:
    outputs = manifest.get("outputs") or {}
    for kind, part in maps.items():
        method = map_title(kind, outputs.get(kind) or {})
        yield _number(
            f"{place}.maps.{kind}.threshold", f"{title}: threshold of {method}", part.get("threshold"), OnWhom()
        )
        evidence = part.get("evidence")
        if evidence:
            name = f"{title}: {evidence.get('metric', 'score')} of {method}"
            yield _number(f"{place}.maps.{kind}.evidence", name, evidence, OnWhom(str(evidence.get("data") or "")))


def _of_evidence(evidence: Mapping[str, Any]) -> Iterator[MeasuredNumber]:
    """Below metrics, localisation, views and gate. Drawn phantoms beside real images are told apart."""
    phantoms, split = evidence.get("phantoms"), evidence.get("split")
    data = _data_name(evidence)
    split = split if isinstance(split, str) else ""
    is_said = bool(data and split)
    for source, part in ((CASES_OF["real"] if phantoms else "", evidence), (CASES_OF["phantom"], phantoms or {})):
        on = OnWhom(f"{data} ({source})" if source else data, split) if is_said else OnWhom()
        prefix = "evidence.phantoms" if source == CASES_OF["phantom"] else "evidence"
        for name in (*NAMED_BY_METRIC, *NAMED_BY_PART):
            if part.get(name):
                yield from _walked(part[name], f"{prefix}.{name}", f"{source} / {name}" if source else name, on)


def _walked(value: Any, place: str, name: str, on: OnWhom) -> Iterator[MeasuredNumber]:
    if isinstance(value, Mapping) and "value" not in value:
        for key, inner in value.items():
            yield from _walked(inner, f"{place}.{key}", f"{name} / {key}", on)
    elif not isinstance(value, list):
        yield _number(place, name, value, on)


def _number(place: str, name: str, stated: Any, on: OnWhom) -> MeasuredNumber:
    """Of {value, ci, n, n_positive}, or of a bare value, which says nothing else of itself."""
    own = stated if isinstance(stated, Mapping) else {"value": stated}
    interval = tuple(own["ci"]) if own.get("ci") else None
    return MeasuredNumber(place, name, own.get("value"), interval, own.get("n"), own.get("n_positive"), on)  # type: ignore[arg-type]


def _data_name(evidence: Mapping[str, Any]) -> str:
    data = evidence.get("data")
    return str(data.get("name") or "") if isinstance(data, Mapping) else ""


def _sum(conformal: Mapping[str, Any]) -> int | None:
    counts = [conformal.get("n_positive"), conformal.get("n_negative")]
    return sum(counts) if None not in counts else None  # type: ignore[arg-type]
