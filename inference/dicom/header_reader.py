"""From found elements to a DicomHeader. A bad optional value is dropped with a warning, never a refusal."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from inference.dicom import elements as tags
from inference.dicom.attribute_values import Values
from inference.dicom.header import DicomHeader, Lossy, Lut, Window
from inference.dicom.image_pixel import ImagePixel
from inference.dicom.lut_reader import read_lut
from inference.dicom.transfer_syntax import TransferSyntax
from inference.exam.statements import Code

PRESENTATION_SHAPES = ("IDENTITY", "INVERSE")
VOI_FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")

# Larger numbers are typing errors: values have 16 bits, and slopes of real files stay below 1000.
_ABSURD = 1e7
_WIDEST_SPACING_MM = 100.0
_MOST_CODES = 16  # of one sequence; an exam has one or two


def read_header(
    values: Values,
    items: dict[int, list[Values]],
    image: ImagePixel,
    syntax: TransferSyntax,
    repairs: tuple[str, ...],
) -> DicomHeader:
    """`values`: the top level; `items`: those of the sequences that are read. UIDs were checked before."""
    warnings: list[str] = []
    if values.code(tags.BURNED_IN_ANNOTATION) == "YES":
        warnings.append("burned_in_annotation")
    warnings += _shutter(values)
    facts: dict[str, Any] = {
        **_texts(values),
        **_exam_codes(values, items),
        **_grayscale(values, items, image, warnings),
        **_geometry(values, warnings),
    }
    return DicomHeader(
        sop_class_uid=values.code(tags.SOP_CLASS_UID),
        sop_instance_uid=values.code(tags.SOP_INSTANCE_UID),
        study_instance_uid=values.code(tags.STUDY_INSTANCE_UID),
        series_instance_uid=values.code(tags.SERIES_INSTANCE_UID),
        transfer_syntax_uid=syntax.uid,
        **dataclasses.asdict(image),
        **facts,
        lossy=_lossy(values, syntax),
        repairs=repairs,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _shutter(values: Values) -> list[str]:
    """That a display shutter is not drawn; also one of which the file says where it lies, but not its Shutter Shape."""
    if any(values.codes(tags.SHUTTER_SHAPE)):
        return ["shutter_not_shown"]
    places = (*tags.SHUTTER_PLACES, tags.SHUTTER_OVERLAY_GROUP)
    is_placed = any(values.raw(tag).strip(b"\0 ") for tag in places)
    return ["shutter_not_shown_its_shape_is_not_stated"] if is_placed else []


def _grayscale(
    values: Values, items: dict[int, list[Values]], image: ImagePixel, warnings: list[str]
) -> dict[str, Any]:
    """Everything between stored value and gray."""
    slope, intercept = _rescale(values, warnings)
    modality_items = items.get(tags.MODALITY_LUT_SEQUENCE, [])[:1]
    modality_luts = _luts(modality_items, image.pixel_representation == 1, warnings)
    may_be_negative = not modality_luts and _lowest_value(image, slope, intercept) < 0
    shape = values.code(tags.PRESENTATION_LUT_SHAPE).upper() or None
    if shape not in (None, *PRESENTATION_SHAPES):  # LIN OD is of printing and says nothing about polarity
        warnings.append("unknown_presentation_lut_shape")
        shape = None
    if (image.photometric, shape) in {("MONOCHROME1", "IDENTITY"), ("MONOCHROME2", "INVERSE")}:
        warnings.append("polarity_conflict")
    return {
        "presentation_lut_shape": shape,
        "rescale_slope": slope,
        "rescale_intercept": intercept,
        "rescale_type": values.text(tags.RESCALE_TYPE),
        "modality_lut": modality_luts[0] if modality_luts else None,
        "windows": _windows(values, warnings),
        "voi_luts": _luts(items.get(tags.VOI_LUT_SEQUENCE, []), may_be_negative, warnings),
        "padding_value": _padding(values, tags.PADDING_VALUE, image),
        "padding_range_limit": _padding(values, tags.PADDING_RANGE_LIMIT, image),
    }


def _geometry(values: Values, warnings: list[str]) -> dict[str, Any]:
    """What a pixel measures, as stored."""
    return {
        "pixel_spacing": _pair(values, tags.PIXEL_SPACING, warnings),
        "imager_pixel_spacing": _pair(values, tags.IMAGER_PIXEL_SPACING, warnings),
        "pixel_aspect_ratio": _pair(values, tags.PIXEL_ASPECT_RATIO, warnings, most=_ABSURD),
        "magnification": _magnification(values, warnings),
        "calibration_type": values.code(tags.CALIBRATION_TYPE) or None,
    }


def _texts(values: Values) -> dict[str, str]:
    return {
        "modality": values.code(tags.MODALITY),
        "view_position": values.text(tags.VIEW_POSITION),
        "laterality": values.code(tags.IMAGE_LATERALITY) or values.code(tags.LATERALITY),
        "body_part": values.text(tags.BODY_PART),
        "patient_orientation": "\\".join(values.codes(tags.PATIENT_ORIENTATION)),
        "patient_name": values.text(tags.PATIENT_NAME),
        "patient_id": values.text(tags.PATIENT_ID),
        "patient_id_issuer": values.text(tags.ISSUER_OF_PATIENT_ID),
        "patient_birth_date": values.code(tags.PATIENT_BIRTH_DATE),
        "patient_sex": values.code(tags.PATIENT_SEX),
        "patient_age": values.code(tags.PATIENT_AGE),
        "study_date": values.code(tags.STUDY_DATE),
        "study_time": values.code(tags.STUDY_TIME),
        "accession_number": values.text(tags.ACCESSION_NUMBER),
        "study_description": values.text(tags.STUDY_DESCRIPTION),
        "manufacturer": values.text(tags.MANUFACTURER),
        "burned_in_annotation": values.code(tags.BURNED_IN_ANNOTATION),
    }


def _exam_codes(values: Values, items: dict[int, list[Values]]) -> dict[str, Any]:
    """What else the file says about the exam: enumerated values and code sequences."""
    modifiers = (tags.ANATOMIC_REGION_MODIFIER_SEQUENCE, tags.PRIMARY_STRUCTURE_MODIFIER_SEQUENCE)
    return {
        "presentation_intent": values.code(tags.PRESENTATION_INTENT),
        "quality_control_image": values.code(tags.QUALITY_CONTROL_IMAGE),
        "image_laterality": values.code(tags.IMAGE_LATERALITY),
        "series_laterality": values.code(tags.LATERALITY),
        "anatomical_orientation_type": values.code(tags.ANATOMICAL_ORIENTATION_TYPE),
        "model_name": values.text(tags.MODEL_NAME),
        "view_codes": _codes(items, tags.VIEW_CODE_SEQUENCE),
        "anatomic_regions": _codes(items, tags.ANATOMIC_REGION_SEQUENCE),
        "primary_structures": _codes(items, tags.PRIMARY_STRUCTURE_SEQUENCE),
        "anatomic_modifiers": tuple(code for tag in modifiers for code in _codes(items, tag)),
    }


def _codes(items: dict[int, list[Values]], tag: int) -> tuple[Code, ...]:
    """Items without any text say nothing."""
    codes = [
        Code(
            item.text(tags.CODE_VALUE) or item.text(tags.LONG_CODE_VALUE),
            item.text(tags.CODING_SCHEME),
            item.text(tags.CODE_MEANING),
        )
        for item in items.get(tag, [])[:_MOST_CODES]
    ]
    return tuple(code for code in codes if code.value or code.meaning)


def _rescale(values: Values, warnings: list[str]) -> tuple[float | None, float | None]:
    """Slope and intercept, or None for both when absent or invalid: they only make sense together."""
    if not values.decimals(tags.RESCALE_SLOPE) and not values.decimals(tags.RESCALE_INTERCEPT):
        return None, None
    slope = values.decimal(tags.RESCALE_SLOPE) if values.decimals(tags.RESCALE_SLOPE) else 1.0
    intercept = values.decimal(tags.RESCALE_INTERCEPT) if values.decimals(tags.RESCALE_INTERCEPT) else 0.0
    if slope is None or intercept is None or not 1 / _ABSURD <= abs(slope) <= _ABSURD or abs(intercept) > _ABSURD:
        warnings.append("bad_rescale")
        return None, None
    return slope, intercept


def _lowest_value(image: ImagePixel, slope: float | None, intercept: float | None) -> float:
    """Smallest value the modality step can give."""
    levels = 1 << image.bits_stored
    low = -levels // 2 if image.pixel_representation == 1 else 0
    ends = (low, low + levels - 1)
    return min((slope or 1.0) * end + (intercept or 0.0) for end in ends)


def _luts(items: Iterable[Values], may_be_negative: bool, warnings: list[str]) -> tuple[Lut, ...]:
    luts = [read_lut(item, may_be_negative) for item in items]
    if None in luts:
        warnings.append("bad_lut")
    return tuple(lut for lut in luts if lut is not None)


def _windows(values: Values, warnings: list[str]) -> tuple[Window, ...]:
    centers, widths = values.decimals(tags.WINDOW_CENTER), values.decimals(tags.WINDOW_WIDTH)
    explanations = values.text(tags.WINDOW_EXPLANATION).split("\\")
    function = values.code(tags.VOI_LUT_FUNCTION).upper() or "LINEAR"
    if function not in VOI_FUNCTIONS or len(centers) != len(widths):
        warnings.append("bad_window")
    if function not in VOI_FUNCTIONS:
        function = "LINEAR"
    windows: list[Window] = []
    for index, (center, width) in enumerate(zip(centers, widths, strict=False)):
        if center is None or width is None or not _is_window(center, width):
            warnings.append("bad_window")
            continue
        explanation = explanations[index].strip() if index < len(explanations) else ""
        # LINEAR needs a width of at least 1 (PS3.3 C.11.2.1.2): writers of narrower windows mean LINEAR_EXACT
        meant = "LINEAR_EXACT" if function == "LINEAR" and width < 1 else function
        windows.append(Window(center, width, meant, explanation))
    return tuple(windows)


def _is_window(center: float, width: float) -> bool:
    return 1 / _ABSURD <= width <= _ABSURD and abs(center) <= _ABSURD


def _padding(values: Values, tag: int, image: ImagePixel) -> int | None:
    """Padding is a stored value, so its sign is that of the pixels, whatever the VR says."""
    words = values.words(tag, is_signed=image.pixel_representation == 1)
    return int(words[0]) if len(words) else None


def _pair(
    values: Values, tag: int, warnings: list[str], most: float = _WIDEST_SPACING_MM
) -> tuple[float, float] | None:
    numbers = values.decimals(tag)
    if not numbers:
        return None
    first, second = (numbers[0], numbers[1]) if len(numbers) == 2 else (None, None)
    if first is None or second is None or not (0 < first <= most and 0 < second <= most):
        warnings.append("bad_spacing")
        return None
    return first, second


def _magnification(values: Values, warnings: list[str]) -> float | None:
    """Estimated Radiographic Magnification Factor; 1 to 10 is possible, the rest is not."""
    if not values.decimals(tags.MAGNIFICATION):
        return None
    factor = values.decimal(tags.MAGNIFICATION)
    if factor is None or not 1.0 <= factor <= 10.0:
        warnings.append("bad_spacing")
        return None
    return factor


def _lossy(values: Values, syntax: TransferSyntax) -> Lossy:
    is_lossy = syntax.is_lossy or values.code(tags.LOSSY_COMPRESSION) == "01"
    if not is_lossy:
        return Lossy()
    ratio = 1.0
    steps = values.decimals(tags.LOSSY_RATIO)
    for step in steps:
        ratio *= step if step is not None and 1.0 <= step <= _ABSURD else 1.0
    method = "+".join(code for code in values.codes(tags.LOSSY_METHOD) if code)
    return Lossy(True, method or (syntax.name if syntax.is_lossy else ""), ratio if steps and ratio > 1.0 else None)
