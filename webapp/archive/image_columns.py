"""From a DICOM header to the columns of an Image row. Text stays data: cut to length, without NUL characters."""

from typing import Any

from django.db import models
from django.utils import timezone

from inference.dicom.header import DicomHeader
from inference.exam import read_exam
from inference.exam.age import dicom_date
from webapp.archive.exam import view_code
from webapp.archive.models import Image

TEXT_COLUMNS = (
    *("sop_instance_uid", "study_instance_uid", "series_instance_uid", "sop_class_uid", "transfer_syntax_uid"),
    *("patient_name", "patient_id", "patient_birth_date", "patient_sex", "patient_age"),
    *("study_time", "accession_number", "modality", "view_position", "laterality", "body_part", "photometric"),
)


def image_columns(header: DicomHeader) -> dict[str, Any]:
    """Every column of Image that the header determines."""
    exam = read_exam(header.exam, timezone.now().date())
    columns: dict[str, Any] = {name: column_text(getattr(header, name), name) for name in TEXT_COLUMNS}
    return columns | {
        "view": view_code(exam),
        "age_years": exam.age_years,
        "study_date": dicom_date(header.study_date),
        "rows": header.rows,
        "columns": header.columns,
        "bits_stored": header.bits_stored,
        "header": without_nul(header.to_json()),
        "repairs": list(header.repairs),
        "warnings": [*header.warnings, *_missing(header), *exam.warnings],
    }


def column_text(value: str, column: str) -> str:
    """`value` as it fits the column of Image; PostgreSQL stores no NUL."""
    field = Image._meta.get_field(column)
    length = field.max_length if isinstance(field, models.CharField) else None
    return value.replace("\0", "")[:length]


def without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {key: without_nul(item) for key, item in value.items()}
    return value


def _missing(header: DicomHeader) -> list[str]:
    """Accepted all the same: the viewer finds a window itself and shows no millimetres."""
    absent = {
        "no_window": not header.windows and not header.voi_luts,
        "no_spacing": header.pixel_spacing is None and header.imager_pixel_spacing is None,
    }
    return [code for code, is_absent in absent.items() if is_absent and code not in header.warnings]
