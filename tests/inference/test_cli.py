"""`python -m inference`: what it prints, what it writes and how it ends."""

import json
import subprocess
import sys

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from inference.cli import main
from tests.inference.tiny_bundle import make_tiny_bundle


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "tiny-cxr-1.0.0.bundle"
    make_tiny_bundle(path)
    return path


@pytest.fixture
def chest(tmp_path):
    """A DX file, 12 bits: gray 1600 of 4095, a dark edge, and a bright square in the upper left quarter."""
    pixels = np.full((320, 256), 1600, np.uint16)
    pixels[:10] = 0
    pixels[60:120, 40:100] = 4095
    return write_dicom(tmp_path / "chest.dcm", pixels)


def write_dicom(path, pixels, **changes):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid(entropy_srcs=[path.name])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    file.StudyInstanceUID, file.SeriesInstanceUID = "1.2.3.4", "1.2.3.5"
    file.Modality, file.ViewPosition, file.BodyPartExamined, file.PatientAge = "DX", "PA", "CHEST", "061Y"
    file.Rows, file.Columns = pixels.shape
    file.SamplesPerPixel, file.PhotometricInterpretation, file.PixelRepresentation = 1, "MONOCHROME2", 0
    file.BitsAllocated, file.BitsStored, file.HighBit = 16, 12, 11
    file.PixelData = pixels.tobytes()
    for keyword, value in changes.items():
        setattr(file, keyword, value)
    file.save_as(path, enforce_file_format=True)
    return path


def run(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_predict_prints_a_line_per_finding(capsys, bundle, chest):
    code, out, err = run(capsys, "predict", bundle, chest, "--provider", "cpu")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "chest.dcm: gate pass, CPUExecutionProvider"
    assert [line.split("  ")[1] for line in lines[1:4]] == ["Lung opacity", "Pleural effusion", "Cardiomegaly"]


def test_predict_json_is_one_document_as_the_api_gives_it(capsys, bundle, chest):
    code, out, _ = run(capsys, "predict", bundle, chest, "--json", "--provider", "cpu")
    document = json.loads(out)
    (entry,) = document["files"]
    assert code == 0
    assert (entry["file"], entry["state"], entry["error"]) == (str(chest), "succeeded", None)
    assert entry["bundle"] == document["bundle"]
    assert set(entry) >= {"gate", "maps", "findings", "provider", "input_sha256"}


def test_a_bad_file_does_not_stop_the_others(capsys, tmp_path, bundle, chest):
    page = tmp_path / "page.dcm"
    page.write_text("<html>")
    code, out, err = run(capsys, "predict", bundle, page, tmp_path / "gone.dcm", chest, "--json", "--provider", "cpu")
    states = [(entry["state"], (entry["error"] or {}).get("code")) for entry in json.loads(out)["files"]]
    assert code == 1
    assert states == [("failed", "not_dicom"), ("failed", "file"), ("succeeded", None)]
    assert len(err.splitlines()) == 2  # one line per failure
    assert "error: gone.dcm: file: No such file or directory" in err


def test_a_refused_view_is_an_answer_and_not_a_failure(capsys, tmp_path, bundle):
    lateral = write_dicom(tmp_path / "side.dcm", np.arange(64 * 64, dtype=np.uint16).reshape(64, 64), ViewPosition="LL")
    code, out, _ = run(capsys, "predict", bundle, lateral, "--provider", "cpu")
    assert code == 0
    assert "View Position says LL (left lateral); the model may be asked for PA, AP." in out
    assert "Lung opacity         refused" in out


def test_both_polarities_of_an_image_get_the_same_answer(capsys, tmp_path, bundle, chest):
    pixels = 4095 - pydicom.dcmread(chest).pixel_array
    inverted = write_dicom(tmp_path / "inverted.dcm", pixels, PhotometricInterpretation="MONOCHROME1")
    _, out, _ = run(capsys, "predict", bundle, chest, inverted, "--json", "--provider", "cpu")
    first, second = ([f["probability"] for f in entry["findings"]] for entry in json.loads(out)["files"])
    assert first == pytest.approx(second, abs=1e-5)


def test_overlays_are_written_per_finding_and_map(capsys, tmp_path, bundle, chest):
    folder = tmp_path / "overlays" / "new"
    code, _, _ = run(capsys, "predict", bundle, chest, chest, "--overlay", folder, "--provider", "cpu")
    names = sorted(path.name for path in folder.iterdir())
    assert code == 0
    assert len(names) == 12  # two files of one name: the second is numbered
    assert "chest.lung_opacity.gradcam.png" in names
    assert "chest-2.cardiomegaly.classmaps.png" in names
    assert Image.open(folder / names[0]).size[1] == 320 + 62


def test_a_refused_bundle_is_one_line(capsys, tmp_path, chest):
    bad = tmp_path / "bad.bundle"
    bad.write_bytes(b"no zip")
    code, out, err = run(capsys, "predict", bad, chest)
    assert (code, out) == (1, "")
    assert err.startswith("error: bundle bad.bundle: zip: not a readable zip file")
    assert len(err.splitlines()) == 1


def test_overlay_into_a_file_is_wrong_usage(capsys, bundle, chest):
    code, _, err = run(capsys, "predict", bundle, chest, "--overlay", chest)
    assert code == 2
    assert "allowed: a folder" in err


@pytest.mark.parametrize("arguments", [[], ["predict"], ["predict", "a.bundle"], ["predikt"], ["inspect"]])
def test_wrong_usage_ends_with_2(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_inspect_shows_what_is_inside(capsys, bundle):
    code, out, _ = run(capsys, "inspect", bundle)
    assert code == 0
    for words in (
        "tiny-cxr 1.0.0, id ",
        "Research use only — not for diagnosis",
        "operating point (youden): 0.420, sensitivity 0.84 (0.71-0.92), n 50",
        "calibration: platt, scale 0.8, bias -0.1, 200 bootstrap refits",
        "gradcam: threshold 0.5 (relative), pointing 0.71 (0.57-0.82), n 50",
        "classmaps: threshold 0.5 (relative), not measured",
        "gate: views PA, AP; age 0-120",
        "made by `make_tiny_bundle`",
    ):
        assert words in out


def test_inspect_json_is_the_manifest_and_the_card(capsys, bundle):
    code, out, _ = run(capsys, "inspect", bundle, "--json")
    document = json.loads(out)
    assert code == 0
    assert document["manifest"]["name"] == "tiny-cxr"
    assert document["card"].startswith("# tiny-cxr")


def test_it_runs_as_a_module_without_django_or_torch(bundle):
    script = (
        "import sys; from inference.cli import main; code = main(sys.argv[1:]);"
        "loaded = {'django', 'torch'} & set(sys.modules); sys.exit(code or len(loaded))"
    )
    done = subprocess.run([sys.executable, "-c", script, "inspect", str(bundle)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
