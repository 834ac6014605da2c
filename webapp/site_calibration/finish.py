"""The last turn: each finding is fitted or keeps its calibrator; the derived bundle is written, checked and registered."""

import tempfile
from collections.abc import Callable
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from inference.bundle import Bundle
from inference.bundle_error import BundleError
from inference.calibration_forms import ScaleBias
from inference.manifest import Finding
from inference.recalibrated import Naming, Refit, write_recalibrated
from measures.site_calibration import Figure, SiteCases, SiteFit, fit_site, too_few
from reader_study.patient_key import patient_key
from webapp import audit
from webapp.archive.models import Image
from webapp.deployments.models import BundleOwner, DeployedBundle
from webapp.deployments.owners import name_owner
from webapp.deployments.services import BundleNotChecked, BundleRefused, add_bundle
from webapp.predictions.bundle_store import bundle_path
from webapp.site_calibration.card import card_above
from webapp.site_calibration.chain import keys_of
from webapp.site_calibration.models import SiteCalibration, SiteCalibrationEnd
from webapp.work.jobs.kinds import JobPutBack, JobRefused

Report = dict[str, Any]


def finished(row: SiteCalibration) -> Callable[[], None]:
    """What stores the end, inside the fenced transaction. The same labels and scores give the same bundle: a worker that died
    after it was registered registers none anew."""
    try:
        base = Bundle.load(bundle_path(row.base.bundle_id), expected_id=row.base.bundle_id)
    except BundleError as problem:
        raise JobRefused("bundle_unavailable", str(problem)) from problem
    images = {UUID(label[0]) for label in row.labels}
    rows = {image.pk: image for image in Image.objects.filter(pk__in=images)}
    report, refits = {}, {}
    for finding in base.findings:
        report[finding.key], fit = _fitted(row, finding, rows)
        if fit is not None:
            refits[finding.key] = _refit(report[finding.key], fit)
    bundle = _registered(row, base, refits, report) if refits else None
    used = [rows[UUID(image)] for image, finding, *_ in row.labels if finding in refits and UUID(image) in rows]
    return partial(_write, row, bundle, report, used)


def _fitted(row: SiteCalibration, finding: Finding, images: dict[UUID, Image]) -> tuple[Report, SiteFit | None]:
    logits = dict(row.scores.values_list("image_id", "logits"))  # type: ignore[attr-defined]
    own = [label for label in row.labels if label[1] == finding.key]
    scored = [label for label in own if logits.get(UUID(label[0]), {}).get(finding.key) is not None]
    z = np.array([logits[UUID(label[0])][finding.key] for label in scored], float)
    y = np.array([label[2] for label in scored], float)
    patients = [patient_key(images[UUID(label[0])]) for label in scored]
    report = {
        "title": finding.title, "positives": int(y.sum()), "negatives": int((1 - y).sum()),
        "patients": len(set(patients)), "without_number": len(own) - len(scored), "code": "", "text": "",
    }  # fmt: skip
    if why := too_few(y, patients):
        return {**report, "code": "too_few", "text": why}, None
    weights = np.array([label[3] for label in scored], float)
    fit = fit_site(SiteCases(z, finding.calibrator.apply(z), y, weights, patients))
    report |= {
        "code": fit.refused, "text": fit.text, "gain": _numbers(fit.gain),
        "log_loss": list(map(_numbers, fit.log_loss)), "ece": list(map(_numbers, fit.ece)),
    }  # fmt: skip
    return report, None if fit.refused else fit


def _numbers(figure: Figure) -> list[float | None]:
    values = (figure.value, figure.low, figure.high, figure.floor)
    return [None if own is None else round(own, 6) for own in values]


def _refit(report: Report, fit: SiteFit) -> Refit:
    before, after = ({"value": own.value, "ci": [own.low, own.high], "noise_floor": own.floor} for own in fit.ece)
    block = {
        "n": report["positives"] + report["negatives"], "n_positive": report["positives"],
        "ece_before": before, "ece_after": after,
    }  # fmt: skip
    return Refit(ScaleBias(fit.scale, fit.bias), [ScaleBias(*map(float, pair)) for pair in fit.refits], block)


def _registered(
    row: SiteCalibration, base: Bundle, refits: dict[str, Refit], report: dict[str, Report]
) -> DeployedBundle:
    name = f"{base.name[:50]}-site{row.number}"
    titles = ", ".join(report[key]["title"] for key in refits)
    sites = {**(base.manifest["evidence"].get("site_calibrated") or {}), **dict.fromkeys(refits, row.code)}
    naming = Naming(
        name=name,
        version=base.version,
        created=row.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        note=f"Refitted on first looks of one site: {titles}.",
        evidence={
            "site_calibration": {"base": base.id, "calibration": row.code, "findings": report},
            "site_calibrated": sites,
        },
        card=card_above(name, base, report),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidate.bundle"
        try:
            write_recalibrated(path, base, refits, naming)
            return add_bundle(path, row.created_by, f"the bundle of {row.code}")
        except (BundleRefused, BundleError, ValueError) as refused:
            raise JobRefused("bundle_refused", str(refused)) from refused
        except BundleNotChecked as fault:
            raise JobPutBack("machine_fault", str(fault)) from fault


def _write(row: SiteCalibration, bundle: DeployedBundle | None, report: dict[str, Report], used: list[Image]) -> None:
    patients, files = keys_of(used)
    SiteCalibrationEnd(
        calibration=row, bundle=bundle, report=report, created_by=row.created_by, patients=sorted(patients), files=sorted(files)
    ).save()  # fmt: skip
    made = bundle.pk if bundle else ""
    audit.record(row.created_by, "site_calibration.finished", f"bundle:{row.base_id}", number=row.number, bundle=made)  # type: ignore[attr-defined]
    if bundle and row.created_by and not BundleOwner.objects.filter(bundle=bundle).exists():
        name_owner(bundle, row.created_by.username, row.created_by)
