"""Publishing the draft of the failure scheme: version n + 1, with the map from version n."""

from django.db import transaction
from django.utils import timezone

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_edit_failure_scheme
from webapp.reviews.edit_scheme import SchemeRefused, is_changed, locked_draft
from webapp.reviews.models import FailureSchemeVersion
from webapp.reviews.scheme_versions import changes_in_words, current_scheme, map_between


@transaction.atomic
def publish_scheme(user: User, version: int) -> FailureSchemeVersion:
    """The published version. `version` is the one that the person saw, so that nobody publishes a draft unseen.

    Raises SchemeRefused: 403, 409 no_draft (no draft, or another one), 409 no_change (it says what the current one says).
    """
    SchemeRefused.require(may_edit_failure_scheme(user))
    draft, current = locked_draft(), current_scheme()
    if draft is None or draft.version != version:
        waits = "no draft waits" if draft is None else f"version {draft.version} waits"
        raise SchemeRefused("no_draft", f"version {version} is not a draft: {waits}", "version")
    if not is_changed(draft, current):
        raise SchemeRefused("no_change", f"version {version} would say what version {current.version} says", "version")
    draft.map = map_between(current, draft.codes)
    draft.state, draft.published_at, draft.published_by = FailureSchemeVersion.State.PUBLISHED, timezone.now(), user
    draft.save()
    audit.record(
        user, "failure_scheme.publish", f"failure_scheme:{draft.version}", purpose="reader study",
        changes=changes_in_words(draft.map),
    )  # fmt: skip
    return draft
