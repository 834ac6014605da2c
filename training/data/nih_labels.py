"""ChestX-ray14's text-mined labels (Wang et al., CVPR 2017) read as our three findings.

Decisions (the labels do not answer our questions by themselves):
- lung_opacity is 1 for Pneumonia, Consolidation or Infiltration, the air-space labels that RSNA's "lung opacity" re-read.
- Without one of those, Atelectasis, Edema, Mass, Nodule and Fibrosis leave it unknown (None): each is an opacity in the plain
  sense of the word but not an air-space one; calling them negative would punish a model for seeing what is there.
- Every other label, and No Finding, is a negative for lung_opacity.
- pleural_effusion = Effusion. Pleural_Thickening alone leaves it unknown: both blunt the costophrenic angle.
- cardiomegaly = Cardiomegaly.
"""

from __future__ import annotations

from training.data.records import DataError

NIH_LABELS = (
    "Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Effusion", "Emphysema", "Fibrosis", "Hernia",
    "Infiltration", "Mass", "No Finding", "Nodule", "Pleural_Thickening", "Pneumonia", "Pneumothorax",
)  # fmt: skip

OPACITY = frozenset({"Pneumonia", "Consolidation", "Infiltration"})
OPACITY_UNKNOWN = frozenset({"Atelectasis", "Edema", "Mass", "Nodule", "Fibrosis"})

# BBox_List_2017.csv spells one label differently from Data_Entry_2017.csv.
BOX_SPELLING = {"Infiltrate": "Infiltration"}

BOX_FINDING = {
    "Pneumonia": "lung_opacity",
    "Infiltration": "lung_opacity",
    "Effusion": "pleural_effusion",
    "Cardiomegaly": "cardiomegaly",
}


def parse_labels(text: str, where: str) -> frozenset[str]:
    """The set of labels of a cell `A|B`; raises DataError for one that is not in NIH_LABELS or for a contradiction."""
    labels = frozenset(part.strip() for part in text.split("|"))
    for label in sorted(labels):
        if label not in NIH_LABELS:
            raise DataError(f"{where}: label {label!r} is not one of {', '.join(NIH_LABELS)}")
    if "No Finding" in labels and len(labels) > 1:
        raise DataError(f"{where}: {text!r} says No Finding and a finding")
    return labels


def finding_labels(labels: frozenset[str]) -> dict[str, int | None]:
    """Finding key -> 1, 0 or None (unknown) by the decisions in the module's docstring."""
    opacity: int | None = int(bool(labels & OPACITY))
    if not opacity and labels & OPACITY_UNKNOWN:
        opacity = None
    effusion: int | None = int("Effusion" in labels)
    if not effusion and "Pleural_Thickening" in labels:
        effusion = None
    return {"lung_opacity": opacity, "pleural_effusion": effusion, "cardiomegaly": int("Cardiomegaly" in labels)}
