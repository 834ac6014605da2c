"""The JSON documents that inference makes and the web application passes on: types of plain dicts.

Nothing is converted: a function that builds one of them is held against its type by mypy, and /api/schema/ and the viewer's
types are made from it. Places and sizes are in source image pixels unless said otherwise.
"""

from typing import Annotated, Any, Literal, NotRequired

from annotated_types import Len
from typing_extensions import TypedDict

from inference.map_layers import MapKind

Pair = Annotated[list[float], Len(2, 2)]
Quad = Annotated[list[float], Len(4, 4)]
BoxRule = Literal["classmap-fixed", "mass95", "component"]
DecisionCode = Literal["positive", "negative", "uncertain", "refused"]
GateCode = Literal["pass", "refused", "unknown"]
MapScale = Literal["absolute", "relative"]
FactState = Literal["stated", "not_stated", "unknown_term", "contradiction"]


class SampleValue(TypedDict):
    """value = slope x sample + intercept, in `unit` (empty: none)."""

    slope: float
    intercept: float
    unit: str


class VoiItem(TypedDict):
    """lower, upper: in samples of the frame `frame` (`linear`, or the index of a VOI item); linear_*: of `linear`."""

    index: int
    kind: Literal["window", "lut"]
    function: str | None
    explanation: str
    center: float | None
    width: float | None
    lower: float
    upper: float
    frame: str
    linear_lower: float
    linear_upper: float


class PresetItem(TypedDict):
    """A window on a key; center and width where it is a window of the file."""

    key: int
    name: str
    lower: float
    upper: float
    frame: str
    center: NotRequired[float | None]
    width: NotRequired[float | None]


class PixelSpacing(TypedDict):
    """Millimetres are null where `kind` is uncalibrated. factor: magnification that was divided out."""

    row_mm: float | None
    column_mm: float | None
    kind: str
    source: str | None
    factor: float
    aspect: Pair | None


class FrameQuality(TypedDict):
    lossy_source: bool
    method: str | None
    ratio: float | None
    warnings: list[str]


class TurnDocument(TypedDict):
    """Rows and columns exchanged first, then columns, then rows reversed."""

    transposed: bool
    flips_columns: bool
    flips_rows: bool


class PlacementDocument(TypedDict):
    """How the stored picture is brought to L\\F, and where its columns (right) and rows (down) run to: one to three of
    L R H F A P, empty where the file does not say. side_not_stated: of a frontal film alone.
    """

    turn: TurnDocument
    right: str
    down: str
    side_not_stated: bool


class HeaderDocument(TypedDict):
    """Description of one display frame (uint16 little-endian, row by row). A study's case leaves out the last two.

    opening: index of the preset that a page opens with.
    """

    rows: int
    columns: int
    bytes: int
    sha256: str
    sample_min: int
    sample_max: int
    padded: bool
    frame: str
    value: SampleValue
    inverted: bool
    voi: list[VoiItem]
    presets: list[PresetItem]
    opening: int
    spacing: PixelSpacing
    quality: FrameQuality
    view: str
    laterality: str
    orientation: str
    placement: PlacementDocument
    decoder: NotRequired[str]
    pixel_sha256: NotRequired[str]


class ModelBox(TypedDict):
    """A predicted box. map: kind of map it comes from; score: the map's highest value inside."""

    x: float
    y: float
    w: float
    h: float
    rule: BoxRule
    map: str
    score: float


class Estimate(TypedDict):
    """A measured share with its 95 % interval and the number of cases behind it. method: of the interval, where it is said."""

    value: float
    ci: Pair | None
    n: int
    method: NotRequired[str]


class OperatingPointDocument(TypedDict):
    """The point that the word was given at. project_version: of one that the project approved; without it, the bundle's own."""

    threshold: float
    sensitivity: Estimate
    specificity: Estimate
    project_version: NotRequired[int]


class FindingCode(TypedDict):
    scheme: str
    value: str
    meaning: str


class WorthOfAgreement(TypedDict):
    """Of located cases in which the maps `of` and `beside` agree (differ), the share whose map `of` peaks in the finding."""

    of: MapKind
    beside: MapKind
    agree: Estimate
    differ: Estimate
    data: NotRequired[str]


class AgreementDocument(WorthOfAgreement):
    """agrees: whether they do on this image."""

    agrees: bool


class FindingDocument(TypedDict):
    """probability: calibrated; interval: its 95 % range over refits of the calibrator; both null when refused. agreement: of two
    maps, where the bundle measured what it is worth and both have positive evidence."""

    key: str
    title: str
    code: FindingCode
    probability: float | None
    interval: Pair | None
    operating_point: OperatingPointDocument
    decision: DecisionCode
    reason: str | None
    boxes: list[ModelBox]
    agreement: NotRequired[AgreementDocument]


class Evidence(TypedDict):
    """How well a map finds its finding; data: what it was measured on."""

    metric: str
    value: float
    ci: NotRequired[Pair | None]
    chance: NotRequired[float | None]
    n: NotRequired[int]
    data: NotRequired[str]


class MapFacts(TypedDict):
    """K maps of one kind; every list runs in the order of `findings`. region: x0, y0, x1, y1 of the maps' field."""

    kind: MapKind
    method: str
    findings: list[str]
    height: int
    width: int
    region: Quad
    scale: MapScale
    minimum: list[float]
    maximum: list[float]
    threshold: list[float]
    is_zero: list[bool]
    evidence: list[Evidence | None]


class MapDocument(MapFacts):
    """head: the part of the network that the maps explain."""

    head: str


class SourceDocument(TypedDict):
    """says: one half sentence, `View Position says LL (left lateral)`."""

    attribute: str
    says: str


class FactDocument(TypedDict):
    """value: a code, a number or a text, null unless stated; shown: the value for people."""

    state: FactState
    value: str | float | None
    shown: str
    sources: list[SourceDocument]


class ExamDocument(TypedDict):
    """What the file says about the exam, each fact with its sources."""

    age: FactDocument
    view: FactDocument
    body_part: FactDocument
    laterality: FactDocument
    orientation: FactDocument
    intent: FactDocument
    quality_control: FactDocument
    device: FactDocument


class GateCheckDocument(TypedDict):
    """passed: null when the value is not known. state: of the fact that was asked; older results have none."""

    name: str
    value: Any
    allowed: Any
    passed: bool | None
    text: str
    state: NotRequired[FactState | None]


class GateDocument(TypedDict):
    verdict: GateCode
    checks: list[GateCheckDocument]


class ExplanationDocument(TypedDict):
    """The answer to one image, with where it comes from: without that no number is shown."""

    bundle: str
    bundle_name: str
    bundle_version: str
    provider: str
    input_sha256: str
    gate: GateDocument
    maps: list[MapDocument]
    findings: list[FindingDocument]
