"""The tiny bundle with something changed, and what its refusal must say."""

import zipfile

import onnx
import pytest

from inference.bundle import BundleError
from tests.inference.tiny_bundle import tiny_onnx


def refused(action, check, *words):
    with pytest.raises(BundleError) as caught:
        action()
    assert caught.value.check == check
    assert str(caught.value).startswith(f"bundle tiny-cxr-1.0.0.bundle: {check}: ")
    for word in words:
        assert word in caught.value.message
    return caught.value


def rezipped(path, change):
    """Write the file again after `change` has had its way with the members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def graph_with(change):
    model = onnx.load_model_from_string(tiny_onnx())
    change(model)
    return model.SerializeToString()
