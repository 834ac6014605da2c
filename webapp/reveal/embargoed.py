"""Which images are under embargo for a person, as a condition for lists: sort, filters and counts must not tell what a page
hides (architecture.md section 1). The rules are those of `accounts.policy`; whose they are is not known here.
"""

from django.db.models import Q

from webapp.accounts import policy
from webapp.archive.models import Image


def under_embargo(user: policy.Person, path: str = "") -> Q | None:
    """Rows whose image is hidden from `user`; `path` leads from the row to its image. None when no rule hides any.

    A rule with a set becomes part of the query; one without is asked about every image.
    """
    if not policy.EMBARGOES:
        return None
    lookup = f"{path}__in" if path else "pk__in"
    found = Q(pk__in=[])
    for embargo in policy.EMBARGOES:
        if isinstance(embargo, policy.EmbargoBySet):
            found |= Q(**{lookup: embargo.hidden(user)})
        else:
            found |= Q(**{lookup: [image.pk for image in Image.objects.iterator() if embargo(user, image)]})
    return found
