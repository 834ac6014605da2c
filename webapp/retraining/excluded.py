"""Patients that never train: those of a locked reference set. The room that keeps such a set registers it here."""

from collections.abc import Callable, Collection
from uuid import UUID

from webapp.archive.models import Image, Project
from webapp.priors.identity import images_under_one_id

# Each: ids of the images of a project whose patients are kept out of every training.
excluded_images: list[Callable[[Project], Collection[UUID]]] = []


def excluded_with_their_patients(project: Project) -> set[UUID]:
    """Ids of all images of the patients of excluded images; where no Patient ID names one, of the study."""
    ids = {image for source in excluded_images for image in source(project)}
    found: set[UUID] = set()
    for image in Image.objects.filter(pk__in=ids, project=project):
        if image.pk not in found:
            found |= set(images_under_one_id(image).values_list("pk", flat=True))
    return found | ids
