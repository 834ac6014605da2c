"""Where rooms above the archive hang on: they register here in their AppConfig.ready, the archive imports none of them.

Every hook of a row is called inside the transaction that stores the row, so that e.g. image and job exist together or not at all.
A hook that wants to act after the commit uses transaction.on_commit itself.
"""

from collections.abc import Callable, Sequence

from inference.preprocessing import InputSpec
from webapp.archive.models import Image, Project, Upload

image_stored_hooks: list[Callable[[Image], object]] = []
zip_received_hooks: list[Callable[[Upload], object]] = []
# Not about a row: what models of a project take, so that the child that decodes a new image makes their inputs as well.
model_input_hooks: list[Callable[[Project], Sequence[InputSpec]]] = []


def run_image_stored(image: Image) -> None:
    for hook in image_stored_hooks:
        hook(image)


def run_zip_received(upload: Upload) -> None:
    for hook in zip_received_hooks:
        hook(upload)


def wanted_inputs(project: Project) -> list[InputSpec]:
    return [spec for hook in model_input_hooks for spec in hook(project)]
