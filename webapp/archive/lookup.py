"""From a key in an address to the image it names: our random id, or the SOP Instance UID."""

import re
import uuid
from collections.abc import Callable

from django.http import Http404

from webapp.accounts.policy import Person, may_see_image, require
from webapp.archive.models import Image
from webapp.archive.present_images import is_present

# Rooms above register here in their AppConfig.ready: told of each file that a person asks for, before it is given or refused.
file_asked_hooks: list[Callable[[Person, Image], object]] = []
NO_IMAGE = "no image has this id or SOP Instance UID"
UID_PATTERN = re.compile(r"[0-9.]{1,64}")


def image_or_404(user: Person, key: str | uuid.UUID, *, is_file: bool = False) -> Image:
    """The image that `key` names, when `user` may see it.

    Raises Http404 for an unknown or malformed key and PermissionDenied (403) for a person who may not see the image.
    A UID that several projects hold means the image that came last. What is not there for the person answers as what is not
    there at all. is_file: the stored file is asked for, which the hooks are told.
    """
    image = _find(str(key))
    if image is not None and is_file:
        for hook in file_asked_hooks:
            hook(user, image)
    if image is None or not is_present(user, image):
        raise Http404(NO_IMAGE)
    require(may_see_image(user, image))
    return image


def _find(key: str) -> Image | None:
    images = Image.objects.select_related("project")
    if UID_PATTERN.fullmatch(key):
        return images.filter(sop_instance_uid=key).order_by("-created_at").first()
    try:
        return images.filter(pk=uuid.UUID(key)).first()
    except ValueError:
        return None
