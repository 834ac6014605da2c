"""What a derived bundle has learnt from: the site's labels, and whatever its base had."""

from webapp.retraining.trained_on import Taught
from webapp.site_calibration.models import SiteCalibrationEnd


def taught_here(bundle_id: str) -> Taught | None:
    """None for a bundle that no site calibration made."""
    end = SiteCalibrationEnd.objects.filter(bundle=bundle_id).select_related("calibration").first()
    if end is None:
        return None
    return Taught(frozenset(end.patients), frozenset(end.files), parents=(end.calibration.base_id,))
