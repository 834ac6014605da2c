"""Rows of reviews. Nothing is changed or deleted once it is said: a correction is a new row, an edit a new version."""

from webapp.reviews.models.case_review import CaseReview, CaseReviewQuerySet
from webapp.reviews.models.failure_scheme_version import FailureSchemeVersion
from webapp.reviews.models.kept_row import AppendOnlyViolation

__all__ = ["AppendOnlyViolation", "CaseReview", "CaseReviewQuerySet", "FailureSchemeVersion"]
