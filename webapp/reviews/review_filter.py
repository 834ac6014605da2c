"""The filter of recorded failures: codes from an address, checked, and applied to reviews."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from webapp.reviews.failure_scheme import VERDICTS
from webapp.reviews.models import CaseReviewQuerySet
from webapp.reviews.scheme_versions import current_scheme


@dataclass(frozen=True)
class ReviewFilter:
    """Empty text = not filtered. Values are codes: nothing about a patient ever stands in an address."""

    finding: str = ""
    verdict: str = ""
    site: str = ""
    cause: str = ""
    bundle: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "ReviewFilter":
        """Raises ValueError for a code that the scheme never had; retired codes find old reviews."""
        values = {field.name: query.get(field.name, "")[:64] for field in fields(cls)}
        scheme = current_scheme()
        known: dict[str, Mapping[str, object]] = {"verdict": VERDICTS, "site": scheme.sites, "cause": scheme.causes}
        for name, allowed in known.items():
            if values[name] and values[name] not in allowed:
                raise ValueError(f"{name} {values[name]!r} is not one of {', '.join(allowed)}")
        return cls(**values)

    def apply(self, reviews: CaseReviewQuerySet) -> CaseReviewQuerySet:
        """The reviews that match every given code."""
        columns = {"bundle_id" if name == "bundle" else name: value for name, value in self.as_query().items()}
        return reviews.filter(**columns)

    def as_query(self) -> dict[str, str]:
        """The codes that are set, as address parameters."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}
