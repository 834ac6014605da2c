"""A keyed hash of a patient: the same in every study of this server, and no way back to the patient."""

import hashlib
import hmac

from django.conf import settings
from django.db.models import QuerySet

from webapp.archive.models import Image


def patient_key(image: Image) -> str:
    """HMAC-SHA-256 over project and patient id; images without a patient id count by their study."""
    who = f"patient:{image.patient_id}" if image.patient_id else f"study:{image.study_instance_uid}"
    message = f"{image.project_id}|{who}"
    return hmac.new(settings.SECRET_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()


def images_of_patient(image: Image) -> QuerySet[Image]:
    """All images of the same patient in the archive."""
    images = Image.objects.filter(project_id=image.project_id)
    if image.patient_id:
        return images.filter(patient_id=image.patient_id)
    return images.filter(patient_id="", study_instance_uid=image.study_instance_uid)
