"""What a bundle file must be; every refusal with the bundle, the check, the values and what is allowed."""

import io
import pickle
import zipfile

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from inference import bundle_archive
from inference.bundle import Bundle, BundleError, write_bundle
from tests.inference.changed_bundle import graph_with, refused, rezipped
from tests.inference.tiny_bundle import CARD, make_tiny_bundle, tiny_manifest, tiny_onnx, tiny_selfcheck

MEMBERS = ["card.md", "manifest.json", "model.onnx", "selfcheck.npz"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "tiny-cxr-1.0.0.bundle"


def write(path, manifest=None, graph=None, selfcheck=None):
    return write_bundle(path, manifest or tiny_manifest(), graph or tiny_onnx(), CARD, selfcheck or tiny_selfcheck())


def selfcheck_with(**changes):
    return {**tiny_selfcheck(), **changes}


def test_a_written_bundle_loads_again(path):
    identity = make_tiny_bundle(path)
    bundle = Bundle.load(path, expected_id=identity)
    assert bundle.id == identity
    assert (bundle.name, bundle.version) == ("tiny-cxr", "1.0.0")
    assert [finding.key for finding in bundle.findings] == ["lung_opacity", "pleural_effusion", "cardiomegaly"]
    assert (bundle.input_spec.height, bundle.input_spec.resize) == (64, "letterbox")
    assert bundle.card == CARD
    assert bundle.manifest == tiny_manifest()


def test_the_same_content_gives_the_same_id(tmp_path):
    assert make_tiny_bundle(tmp_path / "a.bundle") == make_tiny_bundle(tmp_path / "b.bundle")
    assert make_tiny_bundle(tmp_path / "c.bundle", version="1.0.1") != make_tiny_bundle(tmp_path / "a.bundle")


def test_the_members_are_stored_with_fixed_times(path):
    make_tiny_bundle(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == MEMBERS
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_refused_bundle_leaves_no_file(path):
    refused(lambda: write(path, selfcheck=selfcheck_with(logits=np.zeros((2, 3), np.float32))), "calibration")
    assert list(path.parent.iterdir()) == []


def test_an_old_bundle_survives_a_refused_one(path):
    identity = make_tiny_bundle(path)
    with pytest.raises(BundleError):
        write(path, graph=b"nonsense")
    assert Bundle.load(path).id == identity


# --- the file and the zip ---


def test_it_refuses_a_missing_file(path):
    refused(lambda: Bundle.load(path), "file", "No such file")


@pytest.mark.parametrize("data", [b"", b"<html>", b"PK\x03\x04 cut short"])
def test_it_refuses_what_is_no_zip(path, data):
    path.write_bytes(data)
    refused(lambda: Bundle.load(path), "zip", "not a readable zip file", "allowed")


def test_it_refuses_a_damaged_member(path):
    make_tiny_bundle(path)
    data = bytearray(path.read_bytes())
    data[data.index(b"# tiny-cxr") + 2] ^= 1
    path.write_bytes(bytes(data))
    refused(lambda: Bundle.load(path), "zip", "CRC")


@pytest.mark.parametrize(("name", "kind"), [("card.md", "missing"), ("model.onnx", "missing")])
def test_it_refuses_a_missing_member(path, name, kind):
    make_tiny_bundle(path)
    rezipped(path, lambda members: members.pop(name))
    refused(lambda: Bundle.load(path), "members", f"{kind} '{name}'", f"allowed: exactly {', '.join(sorted(MEMBERS))}")


def test_it_refuses_an_extra_member(path):
    make_tiny_bundle(path)
    rezipped(path, lambda members: members.update({"../evil.py": b""}))
    refused(lambda: Bundle.load(path), "members", "extra '../evil.py'")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_it_refuses_a_repeated_member(path):
    make_tiny_bundle(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("card.md", "another card")
    refused(lambda: Bundle.load(path), "members", "repeated 'card.md'")


def test_it_refuses_a_zip_bomb(path):
    # 8 MiB of zeros deflate to 8 KiB; reading stops at the member's limit, whatever the header claims
    make_tiny_bundle(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**members, "card.md": bytes(8 * bundle_archive.MIB)}.items():
            archive.writestr(name, data)
    assert path.stat().st_size < bundle_archive.MIB
    refused(lambda: Bundle.load(path), "size", "card.md is larger than 4 MiB; allowed: up to 4 MiB")


def test_it_refuses_another_hash(path):
    identity = make_tiny_bundle(path)
    refused(lambda: Bundle.load(path, expected_id="0" * 64), "hash", identity, "0" * 64)


# --- manifest and card ---


def test_it_refuses_a_wrong_schema(path):
    manifest = tiny_manifest(schema="sightline-bundle/9")
    refused(lambda: write(path, manifest), "manifest", "'sightline-bundle/9'", "'sightline-bundle/1'")


def test_it_refuses_a_card_that_is_not_text(path):
    make_tiny_bundle(path)
    rezipped(path, lambda members: members.update({"card.md": b"ab\xff"}))
    refused(lambda: Bundle.load(path), "card", "not UTF-8 at byte 2")


# --- the graph ---


def test_it_refuses_what_is_no_onnx(path):
    refused(lambda: write(path, graph=b"\xff\xff\xff"), "onnx", "not an ONNX file")


def test_it_refuses_external_data(path):
    def move_out(model):
        tensor = next(tensor for tensor in model.graph.initializer if tensor.name == "zones")
        onnx.external_data_helper.set_external_data(tensor, "../../etc/passwd")
        tensor.ClearField("raw_data")

    refused(lambda: write(path, graph=graph_with(move_out)), "external data", "'zones'", "'../../etc/passwd'", "inside")


def test_it_finds_external_data_inside_a_sparse_constant(path):
    def hide(model):
        values = helper.make_tensor("stolen", TensorProto.FLOAT, [1], b"\0\0\0\0", raw=True)
        indices = helper.make_tensor("places", TensorProto.INT64, [1], [0])
        sparse = helper.make_sparse_tensor(values, indices, [4])
        onnx.external_data_helper.set_external_data(sparse.values, "../../etc/passwd")
        model.graph.node.append(helper.make_node("Constant", [], ["loot"], sparse_value=sparse))

    refused(lambda: write(path, graph=graph_with(hide)), "external data", "'stolen'", "'../../etc/passwd'", "inside")


def test_it_refuses_an_unknown_operator_domain(path):
    def disguise(model):
        model.graph.node[3].domain = "com.example"
        model.opset_import.append(helper.make_opsetid("com.example", 1))

    refused(
        lambda: write(path, graph=graph_with(disguise)), "operator domain", "'Relu'", "'com.example'", "default ONNX"
    )


def test_it_finds_an_operator_domain_inside_a_branch(path):
    def hide(model):
        inner = helper.make_node("Steal", [], ["loot"], domain="evil")
        branch = helper.make_graph(
            [inner], "branch", [], [helper.make_tensor_value_info("loot", TensorProto.FLOAT, [])]
        )
        model.graph.node.append(helper.make_node("If", ["level"], ["unused"], then_branch=branch, else_branch=branch))

    refused(lambda: write(path, graph=graph_with(hide)), "operator domain", "'Steal'", "'evil'")


def test_it_refuses_an_unknown_operator(path):
    def rename(model):
        model.graph.node[3].op_type = "Divine"

    refused(lambda: write(path, graph=graph_with(rename)), "operators", "'Divine'", "allowed: Add, AveragePool")


@pytest.mark.parametrize(("opset", "allowed"), [(17, "18 or later"), (999, "18 to ")])
def test_it_refuses_another_opset(path, opset, allowed):
    def age(model):
        model.opset_import[0].version = opset

    refused(lambda: write(path, graph=graph_with(age)), "opset", f"opset {opset}", allowed)


@pytest.mark.parametrize(
    ("manifest", "values"),
    [
        (tiny_manifest(version="2.0.0"), ("sightline.version", "'1.0.0'", "'2.0.0'")),
        (tiny_manifest(name="other"), ("sightline.name", "'tiny-cxr'", "'other'")),
        (tiny_manifest(findings=tiny_manifest()["findings"][::-1]), ("sightline.findings", "'cardiomegaly,")),
    ],
)
def test_it_refuses_metadata_that_differ_from_the_manifest(path, manifest, values):
    refused(lambda: write(path, manifest), "metadata", *values)


def test_it_refuses_a_missing_output(path):
    def drop(model):
        del model.graph.output[2]

    refused(lambda: write(path, graph=graph_with(drop)), "outputs", "'gradcam' is missing", "allowed: probabilities")


def test_it_refuses_an_output_that_the_manifest_does_not_name(path):
    def add(model):
        model.graph.output.append(helper.make_tensor_value_info("blocks", TensorProto.FLOAT, None))

    refused(lambda: write(path, graph=graph_with(add)), "outputs", "'blocks' is not in the manifest")


def test_it_refuses_another_input_size(path):
    manifest = tiny_manifest(input={**tiny_manifest()["input"], "width": 96})
    refused(lambda: write(path, manifest), "input", "FLOAT [N, 1, 64, 64]", "FLOAT [N, 1, 64, 96]")


def test_it_refuses_a_fixed_batch(path):
    def fix(model):
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 2

    refused(lambda: write(path, graph=graph_with(fix)), "input", "[2, 1, 64, 64]", "[N, 1, 64, 64] with a free batch")


def test_it_refuses_a_broken_edge(path):
    def cut(model):
        model.graph.node[3].input[0] = "nowhere"

    refused(lambda: write(path, graph=graph_with(cut)), "onnx", "nowhere")


# --- calibration and selfcheck ---


def test_it_refuses_another_calibration_than_the_graphs(path):
    manifest = tiny_manifest()
    manifest["findings"][0]["calibration"]["scale"] = 2.0
    refused(lambda: write(path, manifest), "calibration", "lung_opacity: the graph gives", "as scale and bias")


def test_it_refuses_a_failing_selfcheck_with_the_values(path):
    maps = tiny_selfcheck()["gradcam"].copy()
    maps[0, 0, 1, 1] += 0.125
    limit = 1e-3 * maps.max() + 1e-6
    words = ("gradcam differs by 0.125", f"allowed: up to {limit:.3g}")
    refused(lambda: write(path, selfcheck=selfcheck_with(gradcam=maps)), "selfcheck", *words)


def test_the_selfcheck_can_be_left_for_later(path):
    make_tiny_bundle(path)
    wrong = selfcheck_with(embedding=np.zeros((2, 2), np.float32))
    rezipped(path, lambda members: members.update({"selfcheck.npz": bundle_archive.pack_arrays(wrong)}))
    assert Bundle.load(path, run_selfcheck=False).name == "tiny-cxr"
    refused(lambda: Bundle.load(path), "selfcheck", "embedding differs by")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"image": np.zeros((2, 1, 32, 32), np.float32)},
            ("image has shape [2, 1, 32, 32]", "allowed: [2, 1, 64, 64]"),
        ),
        ({"image": np.zeros((0, 1, 64, 64), np.float32)}, ("0 images; allowed: 1 to 64",)),
        ({"extra": np.zeros(1, np.float32)}, ("'extra'", "allowed")),
        ({"logits": np.full((2, 3), np.nan, np.float32)}, ("logits is not finite",)),
    ],
)
def test_it_refuses_other_selfcheck_arrays(path, changes, words):
    refused(lambda: write(path, selfcheck=selfcheck_with(**changes)), "selfcheck", *words)


def test_it_refuses_pickled_selfcheck_arrays(path):
    target = io.BytesIO()
    np.savez(target, image=np.array([{"a": 1}], dtype=object))
    make_tiny_bundle(path)
    rezipped(path, lambda members: members.update({"selfcheck.npz": target.getvalue()}))
    refused(lambda: Bundle.load(path), "selfcheck", "image.npy: dtype object; allowed: float32")


def test_a_refusal_travels_between_processes():
    error = BundleError("a.bundle", "hash", "x; allowed: y")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.check) == ("bundle a.bundle: hash: x; allowed: y", "hash")
