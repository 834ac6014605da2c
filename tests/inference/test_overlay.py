"""Overlay pictures: the map lies where the box says, and nothing is stretched that is not there."""

import dataclasses

import numpy as np
import pytest

from inference import overlay
from inference.bundle import Bundle
from inference.engine import Case, Engine
from inference.overlay import overlay_pictures
from inference.research_use import RESEARCH_LINE
from inference.session import CPU
from tests.inference.exam_questions import asked
from tests.inference.prepared_array import prepare_array
from tests.inference.tiny_bundle import make_tiny_bundle


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "tiny.bundle"
    make_tiny_bundle(path)
    return Engine(Bundle.load(path), [CPU], threads=1)


def gray_with_square():
    gray = np.full((640, 512), 0.4, np.float32)
    gray[:40] = 0  # percentiles need a darkest part
    gray[80:240, 64:384] = 1.0
    return gray


def pictures(engine, **question):
    gray = gray_with_square()
    explanation = engine.explain([Case(prepare_array(gray, engine.bundle.input_spec), asked(**question))])[0]
    return gray, explanation, dict(overlay_pictures(gray, explanation))


def test_there_is_one_picture_per_finding_and_map(engine):
    assert len(pictures(engine)[2]) == 6


def test_colour_appears_where_the_map_is_and_nowhere_else(engine):
    gray, _, shown = pictures(engine)
    pixels = np.asarray(shown["lung_opacity.gradcam"], float)[: gray.shape[0], : gray.shape[1]]
    coloured = np.abs(pixels[..., 0] - pixels[..., 2]) > 8  # gray has equal channels; a bright map is yellow
    rows, columns = np.nonzero(coloured)
    assert 40 <= rows.min() < rows.max() <= 280
    assert 24 <= columns.min() < columns.max() <= 424
    assert coloured[160, 220]


def test_a_map_without_evidence_leaves_the_image_as_it_is(engine):
    gray, _, shown = pictures(engine)
    pixels = np.asarray(shown["pleural_effusion.gradcam"])[: gray.shape[0], : gray.shape[1]]
    assert (pixels[..., 0] == pixels[..., 2]).all()


def test_a_refused_image_has_one_picture_without_a_map(engine):
    _, _, shown = pictures(engine, modality="CT")
    assert list(shown) == ["refused"]


def test_every_picture_carries_a_text_bar(engine):
    gray, _, shown = pictures(engine)
    for picture in shown.values():
        bar = np.asarray(picture)[gray.shape[0] :]
        assert (bar[:30].max(), bar[30:].max()) > (150, 150)
    assert RESEARCH_LINE == "Research use only — not for diagnosis"


def test_numbers_are_written_as_on_the_page(engine, monkeypatch):
    gray, explanation, _ = pictures(engine)
    tiny = [part | {"probability": 0.001, "interval": (0.0002, 0.125)} for part in explanation.findings]
    told = []
    monkeypatch.setattr(overlay, "captioned", lambda picture, lines, letters: told.append(lines[0]))
    list(overlay_pictures(gray, dataclasses.replace(explanation, findings=tiny)))
    assert len(told) == 6
    assert all(": <.01 (<.01-.12), " in line for line in told)


def test_a_large_image_is_shown_smaller(engine):
    gray = np.tile(gray_with_square(), (4, 4))
    explanation = engine.explain([Case(prepare_array(gray, engine.bundle.input_spec))])[0]
    sizes = {picture.size for _, picture in overlay_pictures(gray, explanation)}
    assert sizes == {(819, 1024 + 62)}
