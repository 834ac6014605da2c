"""Coded entries of DICOM files."""

from pydicom import Dataset


def code_item(value: str, scheme: str, meaning: str) -> Dataset:
    """One item of a code sequence (PS3.3 §8.8): value and meaning of a code of the scheme, such as SCT or DCM."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item
