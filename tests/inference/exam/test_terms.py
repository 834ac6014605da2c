"""The table of terms against the code dictionaries of pydicom, and words as files have them."""

import json
from pathlib import Path

import pytest
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

import inference.exam.terms
from inference.exam import Code
from inference.exam.sides import FRONTAL_VIEWS, LATERAL_VIEWS
from inference.exam.terms import BODY_PART, LATERALITY, VIEW, code_term, most_specific, read_text, term, within

TABLE = json.loads(Path(inference.exam.terms.__file__).with_name("terms.json").read_text())
# PS3.16 of 2001 to 2013 had this code of postero-anterior; pydicom maps the one that took its place.
RETIRED = {"R-10214": "272479007"}


def context_group(number):
    """SCT code -> Code Meaning of a context group."""
    return {
        code: meaning
        for keyword in cid_concepts[number]["SCT"]
        for code, (meaning, _) in concepts["SCT"][keyword].items()
    }


@pytest.mark.parametrize(("number", "kind"), [(4010, VIEW), (4009, BODY_PART), (4031, BODY_PART), (244, LATERALITY)])
def test_every_code_of_the_context_group_has_a_meaning(number, kind):
    group = context_group(number)
    assert len(group) >= 4
    assert [code for code in group if code_term(kind, Code(code, "SCT")) is None] == []


def test_each_older_code_means_what_its_snomed_ct_code_means():
    pairs = [(kind, row, old) for kind in (BODY_PART, VIEW, LATERALITY) for row in TABLE[kind] for old in row["SRT"]]
    assert len(pairs) > 300
    assert [old for _, row, old in pairs if {**mapping["SRT"], **RETIRED}[old] not in row["SCT"]] == []


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("PA", "postero-anterior"),
        ("AP", "antero-posterior"),
        ("LL", "left lateral"),
        ("RL", "right lateral"),
        ("LAT", "lateral"),
        ("FRONTAL", "frontal"),
        ("RAO", "right anterior oblique"),
        ("LPO", "left posterior oblique"),
        ("AXIAL", "axial"),
    ],
)
def test_codes_of_views_are_those_of_the_standard(key, meaning):
    codes = [code for code, text in context_group(4010).items() if text == meaning]
    assert codes
    assert all(code_term(VIEW, Code(code, "SCT")) == term(VIEW, key) for code in codes)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (Code("816094009", "SCT"), "CHEST"),
        (Code("51185008", "SCT"), "CHEST"),
        (Code("T-D3000", "SRT"), "CHEST"),
        (Code(" t-d3000 ", "srt"), "CHEST"),
        (Code("T-D8700", "SNM3"), "HAND"),
        (Code("T-D8700", "99SDM"), "HAND"),
        (Code("85562004", "SCT", "Chest"), "HAND"),
        (Code("706342009", "SCT"), "PHANTOM"),
        (Code("416550000", "SCT"), "CHESTABDOMEN"),
    ],
)
def test_codes_of_body_parts(code, key):
    found = code_term(BODY_PART, code)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    "code",
    [Code("85562004", "99VENDOR", "Hand"), Code("85562004", ""), Code("", "SCT", "Hand"), Code("T-D8700", "SCT")],
)
def test_a_code_of_another_scheme_has_no_meaning(code):
    assert code_term(BODY_PART, code) is None


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("CHEST", ["CHEST"]),
        ("CHEST PA", ["CHEST", "PA"]),
        ("CHEST_PA", ["CHEST", "PA"]),
        ("CHESTPA", ["CHEST", "PA"]),
        ("Chest, P.A. and lateral", ["CHEST", "PA", "LAT"]),
        ("THORAX AP", ["CHEST", "AP"]),
        ("Thorax a.p. liegend", ["CHEST", "AP"]),
        ("LUNGE SEITLICH", ["CHEST", "LAT"]),
        ("POUMONS DE FACE", ["CHEST", "FRONTAL"]),
        ("Thorax face", ["CHEST", "FRONTAL"]),
        ("RADIOGRAFÍA DE TÓRAX LATERAL", ["CHEST", "LAT"]),
        ("RX TORACE IN PIEDI", ["CHEST"]),
        ("Tórax perfil", ["CHEST", "LAT"]),
        ("BORSTKAS VOOR", ["CHEST"]),
        ("胸部 正面", ["CHEST", "FRONTAL"]),
        ("CHEST LEFT LATERAL DECUBITUS", ["CHEST", "LLD"]),
        ("AP LORDOTIC", ["LORDOTIC"]),
        ("HAND RIGHT", ["HAND", "R"]),
        ("MÃO", ["HAND"]),
        ("MAIN GAUCHE", ["HAND", "L"]),
        ("Füße", ["FOOT"]),
        ("RODILLA", ["KNEE"]),
        ("GINOCCHIO", ["KNEE"]),
        ("SCHÄDEL", ["SKULL"]),
        ("CHEST ABDOMEN", ["CHEST", "ABDOMEN"]),
        ("THORACIC SPINE", ["TSPINE"]),
        ("FACE", ["FACE"]),
        ("", []),
    ],
)
def test_words_of_body_part_examined(text, keys):
    assert [one.key for one in read_text(text, BODY_PART).terms] == keys


def test_face_is_a_view_where_views_stand():
    assert [one.key for one in read_text("FACE", VIEW).terms] == ["FRONTAL"]


@pytest.mark.parametrize("text", ["CHEST XYZ", "BRUST", "PARADE", "CHESTY", "LUNGX"])
def test_other_words_stay_unknown(text):
    assert read_text(text, BODY_PART).unknown


def test_frontal_beside_pa_is_pa():
    frontal, pa, ap = (term(VIEW, key) for key in ("FRONTAL", "PA", "AP"))
    assert most_specific((frontal, pa)) == (pa,)
    assert most_specific((pa, frontal, ap)) == (pa, ap)


def test_every_view_from_the_front_or_the_side_is_named_by_the_table_alone():
    assert {"FRONTAL", "PA", "AP"} == FRONTAL_VIEWS
    assert {"LAT", "LL", "RL"} == LATERAL_VIEWS
    with pytest.raises(KeyError):
        within(VIEW, "SIDEWAYS")


def test_no_key_no_code_and_no_word_stands_twice():
    for kind in (BODY_PART, VIEW, LATERALITY):
        keys = [row["key"] for row in TABLE[kind]]
        codes = [code for row in TABLE[kind] for code in (*row["SCT"], *row["SRT"])]
        words = [word for row in TABLE[kind] for word in set(row["words"])]
        assert all(len(found) == len(set(found)) for found in (keys, codes, words))
        assert max(map(len, keys)) <= 32 or kind != VIEW  # the column `view` of an image
