"""Where the thorax lies in a frontal radiograph, and which sites of it a point can belong to. Pixels in, no patient data."""

from inference.thorax.find_frame import find_thorax
from inference.thorax.site_atlas import FindingGroup, SiteAtlas, side_at, site_atlas
from inference.thorax.thorax_frame import NoThorax, ThoraxFrame

__all__ = ["FindingGroup", "NoThorax", "SiteAtlas", "ThoraxFrame", "find_thorax", "side_at", "site_atlas"]
