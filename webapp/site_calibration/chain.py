"""What a derived bundle has learnt from: the site's labels, and whatever its base had."""

from collections.abc import Iterable
from uuid import UUID

from reader_study.patient_key import patient_key
from webapp.archive.models import Image
from webapp.deployments.models import DeployedBundle
from webapp.retraining.trained_on import HASHES, Taught
from webapp.site_calibration.models import SiteCalibration, SiteCalibrationEnd


def taught_here(bundle_id: str) -> Taught | None:
    """None for a bundle that no site calibration made. One that was registered by a turn that did not come to its end, or made at
    another site, names its base and its calibration itself."""
    end = SiteCalibrationEnd.objects.filter(bundle=bundle_id).select_related("calibration").first()
    if end is not None:
        return Taught(frozenset(end.patients), frozenset(end.files), parents=(end.calibration.base_id,))
    row = DeployedBundle.objects.filter(pk=bundle_id).first()
    told = ((row.manifest.get("evidence") or {}).get("site_calibration") or {}) if row else {}
    if not told.get("base"):
        return None
    own = (one for one in SiteCalibration.objects.filter(base=told["base"]) if one.code == told.get("calibration"))
    labels = {UUID(label[0]) for one in own for label in one.labels}
    patients, files = keys_of(Image.objects.filter(pk__in=labels))
    return Taught(frozenset(patients), frozenset(files), parents=(told["base"],))


def keys_of(images: Iterable[Image]) -> tuple[set[str], set[str]]:
    """(patients, files), as hashes."""
    kept = list(images)
    return {patient_key(one) for one in kept}, {getattr(one, name) for one in kept for name in HASHES} - {""}
