"""The filters of recorded reviews: codes from an address, the same for the page, the export and the API's schema."""

from webapp.code_filters import TEXT, CodeFilter, CodeFilters, Pairs
from webapp.reviews.failure_scheme import VERDICTS
from webapp.reviews.models import CaseReview, CaseReviewQuerySet
from webapp.reviews.scheme_versions import current_scheme


def bundle_names(reviews: CaseReviewQuerySet) -> list[tuple[str, str]]:
    """Bundle ids with a name people know them by."""
    columns = ("bundle_id", "prediction__bundle_name", "prediction__bundle_version")
    rows = reviews.order_by().values_list(*columns).distinct()
    return sorted((key, f"{name} {version} · {key[:4]}…{key[-2:]}".strip()) for key, name, version in rows)


class ReviewedFinding(CodeFilter):
    def options(self) -> Pairs:
        """Findings of the reviews that are filtered, titled as the key reads."""
        keys = self.parent.queryset.order_by().values_list("finding", flat=True).distinct()
        return [(key, self.title(key)) for key in sorted(keys) if key]


class ReviewedBundle(CodeFilter):
    def options(self) -> Pairs:
        return bundle_names(self.parent.queryset)

    def title(self, code: str) -> str:
        return f"{code[:8]}…"


class ReviewFilters(CodeFilters):
    """Codes that the scheme never had are refused; retired ones find old reviews."""

    verdict = CodeFilter("verdict", label="Verdict", choices=[(code, one.title) for code, one in VERDICTS.items()])
    finding = ReviewedFinding("finding", label="Finding", shape=TEXT)
    site = CodeFilter("site", label="Site", choices=lambda: current_scheme().sites.items())
    cause = CodeFilter("cause", label="Cause", choices=lambda: current_scheme().causes.items())
    bundle = ReviewedBundle("bundle_id", label="Bundle", help_text="SHA-256 of the bundle", shape=TEXT)

    class Meta:
        model = CaseReview
        fields: tuple[str, ...] = ()


class FailureFilters(ReviewFilters):
    """Those of the page of failures, which lists neither agreement nor what could not be said; without a verdict it lists where
    the model fell short."""

    verdict = CodeFilter(
        "verdict",
        label="Verdict",
        choices=[(code, one.title) for code, one in VERDICTS.items() if code not in ("agree", "cannot_judge")],
    )

    class Meta(ReviewFilters.Meta):
        fields = ("verdict", "finding", "site", "cause", "bundle")  # in the order of the page
