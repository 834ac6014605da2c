"""Bundles made to hurt the machine that reads them: each is refused by the check that is named, soon and small."""

import io
import json
import struct
import time
import zipfile

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from inference.bundle import Bundle
from inference.bundle_archive import DIRECTORY_BYTES, pack_arrays
from inference.bundle_child import CheckLimits, check_in_child
from tests.inference.changed_bundle import graph_with, refused, rezipped
from tests.inference.endless_graph import behind_the_probabilities, loop
from tests.inference.tiny_bundle import make_tiny_bundle, tiny_manifest, tiny_selfcheck


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "tiny-cxr-1.0.0.bundle"
    make_tiny_bundle(path)
    return path


def zip_of(members: dict[str, bytes]) -> bytearray:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return bytearray(target.getvalue())


def npy(shape: str, values: bytes = b"", dtype: str = "<f4") -> bytes:
    """An array file whose header says what it likes."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + values


def with_selfcheck(path, members: dict[str, bytes]) -> None:
    rezipped(path, lambda own: own.update({"selfcheck.npz": bytes(zip_of(members))}))


# --- the zip ---


def test_many_members_are_counted_before_they_are_listed(path, monkeypatch):
    path.write_bytes(zip_of({f"{number:05d}": b"" for number in range(20_000)}))
    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", lambda archive: pytest.fail("the list was read"))
    started = time.process_time()
    refused(lambda: Bundle.load(path), "members", "20000 members", "allowed: exactly card.md, manifest.json")
    assert time.process_time() - started < 1


def test_a_zip_that_understates_its_members_is_measured_by_their_list(path):
    data = zip_of({f"{number:05d}": b"" for number in range(2_000)})
    data[-12:-10] = struct.pack("<H", 4)  # members, as the end record says
    path.write_bytes(data)
    listed = 2_000 * (46 + 5)
    refused(lambda: Bundle.load(path), "members", f"takes {listed} bytes; allowed: up to {DIRECTORY_BYTES}")


def test_a_zip_with_its_count_elsewhere_is_refused(path):
    data = zip_of({"card.md": b""})
    data[-22:-22] = b"PK\x06\x07" + bytes(16)  # the locator of a Zip64 end record
    path.write_bytes(data)
    refused(lambda: Bundle.load(path), "members", "Zip64")


def test_a_comment_hides_no_members(path):
    target = io.BytesIO(zip_of({f"{number:05d}": b"" for number in range(2_000)}))
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = b"a" * 60_000
    path.write_bytes(target.getvalue())
    refused(lambda: Bundle.load(path), "members", "2000 members")


# --- selfcheck.npz ---


@pytest.mark.parametrize(
    ("shape", "named"),
    [
        ("(1000000000000,)", "1000000000000 values"),
        ("(9223372036854775807, 9223372036854775807)", "values, shape [9223372036854775807"),
        ("(4294967296, 4294967296)", "values, shape [4294967296"),  # 0 in 64 bits
        ("(-1, -4)", "shape [-1, -4]"),
        ("(3,)", "3 values, shape [3]; allowed: the 4 values"),
    ],
)
def test_an_array_is_as_large_as_its_file(path, shape, named, monkeypatch):
    with_selfcheck(path, {"image.npy": npy(shape, bytes(16))})
    monkeypatch.setattr(np.lib.format, "read_array", lambda *_, **__: pytest.fail("memory was asked for"))
    refused(lambda: Bundle.load(path), "selfcheck", named, "allowed: the 4 values that follow it")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY\x03\x00",
        npy("(1,)", bytes(8), dtype="<f8"),
        npy("(0, 1000000000000000000000000000000)"),
        npy("(" * 4_000 + ")" * 4_000),
        npy("-" * 9_000 + "1"),
        npy("(1,)", bytes(8), dtype="|O"),
    ],
    ids=["empty", "version", "float64", "empty and huge", "nested", "signs", "objects"],
)
def test_an_array_file_that_lies_otherwise_is_refused(path, data):
    with_selfcheck(path, {"image.npy": data})
    refused(lambda: Bundle.load(path), "selfcheck", "allowed")


def test_many_arrays_are_counted_before_they_are_listed(path):
    with_selfcheck(path, {f"{number}.npy": b"" for number in range(70)})
    refused(lambda: Bundle.load(path), "selfcheck", "70 members")


def test_arrays_are_small_together(path, monkeypatch):
    monkeypatch.setattr("inference.bundle_archive.ARRAYS_BYTES", len(pack_arrays(tiny_selfcheck())) // 2)
    refused(lambda: Bundle.load(path), "selfcheck", "the arrays are larger than", "together")


# --- manifest and graph ---


@pytest.mark.parametrize(
    "text",
    ["[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000, "[" * 10_000, '{"a": ' + "1" * 5_000 + "}"],
    ids=["lists", "objects", "unclosed", "digits"],
)
def test_a_manifest_too_deep_or_too_long_to_read_is_refused(path, text):
    rezipped(path, lambda own: own.update({"manifest.json": text.encode()}))
    refused(lambda: Bundle.load(path), "manifest", "manifest.json is not JSON")


def test_markup_in_the_name_is_refused(path):
    text = json.dumps(tiny_manifest(name="<script>alert(1)</script>"))
    rezipped(path, lambda own: own.update({"manifest.json": text.encode()}))
    refused(lambda: Bundle.load(path), "manifest", "'<script>alert(1)</script>'")


def test_external_data_of_a_constant_is_refused(path):
    def hide(model):
        value = helper.make_tensor("stolen", TensorProto.FLOAT, [1], b"\0\0\0\0", raw=True)
        node = helper.make_node("Constant", [], ["loot"], value=value)
        onnx.external_data_helper.set_external_data(node.attribute[0].t, "../../etc/passwd")
        model.graph.node.append(node)

    rezipped(path, lambda own: own.update({"model.onnx": graph_with(hide)}))
    refused(lambda: Bundle.load(path), "external data", "'stolen'", "'../../etc/passwd'")


# --- operators ---


def in_a_branch(model) -> None:
    """The Loop inside a graph that is the attribute of an allowed operator."""
    branch = helper.make_graph([loop()], "branch", [], [])
    model.graph.node[0].attribute.append(helper.make_attribute("hidden", branch))


def in_a_function(model) -> None:
    """The Loop as the body of a function that has the name of an allowed operator."""
    model.functions.append(helper.make_function("", "Relu", ["X"], ["Y"], [loop()], model.opset_import))


@pytest.mark.parametrize(
    ("hide", "found"),
    [
        (behind_the_probabilities, "operator 'Loop'; allowed: Add, AveragePool,"),
        (in_a_branch, "operator 'Loop'; allowed: Add, AveragePool,"),
        (in_a_function, "function 'Relu'; allowed: no functions"),
    ],
)
def test_a_loop_is_refused_wherever_it_lies(path, hide, found):
    rezipped(path, lambda own: own.update({"model.onnx": graph_with(hide)}))
    # In a child: whatever becomes of the check, its limits end the Loop and this test with it.
    refused(lambda: check_in_child(path, CheckLimits(seconds=20, cpu_seconds=10)), "operators", found)


@pytest.mark.parametrize("operator", ["If", "Scan", "SequenceMap", "NonZero", "RandomNormal"])
def test_an_operator_that_the_exporter_never_writes_is_refused(path, operator):
    def add(model):
        model.graph.node.append(helper.make_node(operator, ["image"], ["unused"]))

    rezipped(path, lambda own: own.update({"model.onnx": graph_with(add)}))
    refused(lambda: Bundle.load(path), "operators", f"operator {operator!r}")


def test_a_function_of_allowed_operators_is_refused(path):
    def add(model):
        body = [helper.make_node("Add", ["X", "X"], ["Y"])]
        model.functions.append(helper.make_function("", "Relu", ["X"], ["Y"], body, model.opset_import))

    rezipped(path, lambda own: own.update({"model.onnx": graph_with(add)}))
    refused(lambda: Bundle.load(path), "operators", "function 'Relu'; allowed: no functions")


def test_a_graph_for_training_hides_no_operators(path):
    def hide(model):
        model.training_info.add().algorithm.node.append(loop())

    rezipped(path, lambda own: own.update({"model.onnx": graph_with(hide)}))
    refused(lambda: Bundle.load(path), "operators", "a graph for training", "allowed: the one graph")
