"""What is wrong with the archive's settings, told at start."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from inference.dicom.tolerances import without


@register()
def check_tolerances(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Refuses the name of a tolerance that does not exist."""
    try:
        without(settings.DICOM_TOLERANCES_OFF)
    except ValueError as error:
        return [Error(f"SIGHTLINE_DICOM_TOLERANCES_OFF: {error}", id="archive.E001")]
    return []
