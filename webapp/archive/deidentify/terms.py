"""Words that a copy may carry. A code string that is not here is removed, however harmless it looks."""

MODALITIES = frozenset({"CR", "DX", "RG"})
BODY_PARTS = frozenset(
    "ABDOMEN BREAST CHEST CHESTABDOMEN CHESTABDPELVIS CLAVICLE CSPINE HEART LSPINE LUNG MEDIASTINUM NECK NECKCHEST PELVIS RIB "
    "SCAPULA SHOULDER STERNUM THORAX TSPINE WHOLEBODY".split()
)
VIEW_POSITIONS = frozenset("PA AP LL RL LAT LATERAL RLD LLD RLO LLO RAO LAO RPO LPO LORDOTIC".split())
LATERALITIES = frozenset("R L U B".split())
CHARACTER_SETS = frozenset(
    ["", "GB18030", "GBK"]
    + [f"ISO_IR {n}" for n in (6, 13, 100, 101, 109, 110, 126, 127, 138, 144, 148, 166, 192, 203)]
    + [f"ISO 2022 IR {n}" for n in (6, 13, 58, 87, 100, 101, 109, 110, 126, 127, 138, 144, 148, 149, 159, 166, 203)]
)
LOSSY_METHODS = frozenset(("ISO_10918_1", "ISO_14495_1", "ISO_15444_1", "ISO_15444_15", "ISO_18181_1"))

# Codes of views and of anatomy (PS3.16 CID 4010 and 4009): SNOMED CT value -> SNOMED RT value, our wording. The wording of a
# file is never kept: it is free text.
_SNOMED = {
    "399348003": ("R-10206", "antero-posterior"),
    "272479007": ("R-40888", "postero-anterior"),
    "399067008": ("R-102CD", "lateral"),
    "399173006": ("R-10236", "left lateral"),
    "399198007": ("R-10232", "right lateral"),
    "399033003": ("R-10202", "frontal"),
    "399182000": ("R-102C1", "oblique"),
    "399184004": ("R-10238", "left oblique"),
    "399236003": ("R-10234", "right oblique"),
    "399135007": ("R-10220", "left anterior oblique"),
    "399006002": ("R-10212", "left posterior oblique"),
    "399356000": ("R-40985", "right anterior oblique"),
    "399038007": ("R-10210", "right posterior oblique"),
    "399312000": ("R-10208", "antero-posterior oblique"),
    "399059000": ("R-10216", "postero-anterior oblique"),
    "399061009": ("R-10241", "axial"),
    "399196006": ("R-10244", "cephalad"),
    "399162004": ("R-10242", "caudad"),
    "51185008": ("T-D3000", "Chest"),
    "816094009": ("", "Chest"),
    "43799004": ("T-D3200", "Chest cavity"),
    "39607008": ("T-28000", "Lung"),
    "86598002": ("T-280A0", "Apex of lung"),
    "72410000": ("T-D3300", "Mediastinum"),
    "80891009": ("T-32000", "Heart"),
    "113197003": ("T-11300", "Rib"),
    "56873002": ("T-11210", "Sternum"),
    "51299004": ("T-12310", "Clavicle"),
    "79601000": ("T-12280", "Scapula"),
    "16982005": ("T-D2220", "Shoulder"),
    "122496007": ("T-11503", "Lumbar spine"),
    "122495006": ("T-11502", "Thoracic spine"),
    "122494005": ("T-11501", "Cervical spine"),
    "416550000": ("R-FAB55", "Chest and Abdomen"),
    "417437006": ("R-FAB52", "Neck and Chest"),
    "416775004": ("R-FAB56", "Chest, Abdomen and Pelvis"),
    "38266002": ("T-D0010", "Entire body"),
    "706342009": ("R-FE0C7", "Phantom"),
}
_DICOM = {"111069": "Crosstable"}
_RADLEX = {"RID1243": "thorax", "RID1301": "lung", "RID1384": "mediastinum", "RID1385": "heart"}
CODES: dict[tuple[str, str], str] = {
    **{("SCT", value): meaning for value, (_, meaning) in _SNOMED.items()},
    **{("SRT", old): meaning for old, meaning in _SNOMED.values() if old},
    ("SRT", "R-10214"): "postero-anterior",  # what R-40888 is called in older files
    **{("DCM", value): meaning for value, meaning in _DICOM.items()},
    **{("RADLEX", value): meaning for value, meaning in _RADLEX.items()},
}
