"""How often two models fail at a site, on the images that readers reviewed under both."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from measures.mcnemar import mcnemar_exact


@dataclass(frozen=True)
class SiteChange:
    """Images by where each model failed: at this site with both, only the first, only the second, or neither."""

    site: str
    both: int
    only_first: int
    only_second: int
    neither: int
    p: float

    @property
    def n(self) -> int:
        """Images reviewed under both."""
        return self.both + self.only_first + self.only_second + self.neither


def site_changes(
    first: Mapping[str, AbstractSet[str]], second: Mapping[str, AbstractSet[str]], sites: Sequence[str]
) -> list[SiteChange]:
    """Exact McNemar per site (two-sided, no correction for many sites); sites at which neither model failed are left out.

    first, second: image -> sites at which that model failed, with an empty set for a reviewed image without a failure.
    """
    paired = sorted(first.keys() & second.keys())
    found = []
    for site in sites:
        pairs = [(site in first[image], site in second[image]) for image in paired]
        both, b, c = (pairs.count(kind) for kind in ((True, True), (True, False), (False, True)))
        if both + b + c:
            found.append(SiteChange(site, both, b, c, len(paired) - both - b - c, mcnemar_exact(b, c)))
    return found
