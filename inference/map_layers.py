"""The kinds of map that a model may answer with, each fact of them once.

`map_layers.json` is read here and by the build of the viewer (src/overlay/map_layers.ts). From it come: what a manifest may
declare, the documents of the API, the layers of a study's arm, titles, keys, boxes and the exporter's tolerance. What
computes a kind of map is in training/explained/map_makers.py.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

TABLE_FILE = Path(__file__).with_name("map_layers.json")
_HEAD_TITLES = {"wildcat": "WILDCAT", "spn": "SPN"}


@dataclass(frozen=True)
class MapLayer:
    """One kind of map.

    kind: output of the graph, and its name in manifests, documents and addresses. study_layer: its code among the layers of
    a study's arm. title: in protocol forms and on key sheets. button: on the viewer's buttons. method: as documents,
    pictures and reports say it, `{head}` stands for the head that draws it. key: shows and hides it on the reading pages,
    one small letter. tolerance: largest difference between ONNX and torch at export, as a share of the map's maximum.
    has_fixed_boxes: whether boxes of a fixed size are drawn on it (paper 001 defines them on class maps).
    """

    kind: str
    study_layer: str
    title: str
    button: str
    method: str
    key: str
    tolerance: float
    has_fixed_boxes: bool

    def method_title(self, head: str) -> str:
        """Name of the method as it is shown, for the maps of this head."""
        return self.method.format(head=_HEAD_TITLES.get(head.lower(), head))


# In the order in which outputs, buttons and layers stand.
MAP_LAYERS = {row["kind"]: MapLayer(**row) for row in json.loads(TABLE_FILE.read_text("utf-8"))}

if TYPE_CHECKING:
    MapKind = str
else:
    MapKind = Literal[tuple(MAP_LAYERS)]  # so that /api/schema/ and the viewer's types name the kinds
