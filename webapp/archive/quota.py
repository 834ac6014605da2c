"""How much may be stored: in all, and by one person. Quarantined bytes count, so that bad files cannot fill the disk."""

from typing import Any

from django.conf import settings
from django.db.models import Sum

from webapp.archive.models import Image, QuarantinedFile
from webapp.archive.reasons import Reason, reason


def quota_refusal(user: Any, more_bytes: int) -> Reason | None:
    """Why `more_bytes` cannot be taken from `user` (None for commands), or None. A quota of 0 is no quota."""
    quotas: list[tuple[str, int, dict[str, Any]]] = [("the site's", settings.STORAGE_QUOTA_BYTES, {})]
    if user is not None:
        quotas.append(("your", settings.USER_QUOTA_BYTES, {"uploaded_by": user}))
    for whose, quota, owner in quotas:
        if quota and _used(owner) + more_bytes > quota:
            return reason("quota_exceeded", f"This file would exceed {whose} storage quota of {quota / 2**30:g} GiB.")
    return None


def _used(owner: dict[str, Any]) -> int:
    models = (Image, QuarantinedFile)
    return sum(model.objects.filter(**owner).aggregate(total=Sum("bytes"))["total"] or 0 for model in models)
