"""What goes into an allocation and what comes out."""

from dataclasses import dataclass

CROSSED, SEQUENTIAL, SPLIT_PLOT, ANCHOR_ROTATE = "crossed", "sequential", "split_plot", "anchor_rotate"
KINDS = (CROSSED, SEQUENTIAL, SPLIT_PLOT, ANCHOR_ROTATE)


class AllocationRefused(ValueError):
    """The design cannot be laid out; the sentence names the value and what is allowed."""


@dataclass(frozen=True)
class Design:
    """kind: one of KINDS. arms: codes of the arms that people read, in protocol order.

    blocks: sittings per period (raised when a patient has more cases). replicates: how often every reading is repeated.
    anchor_cases: cases read by all readers, readers_per_case: readers of every other case (anchor_rotate only).
    training_attempts: how often the training block may be read.
    """

    kind: str
    arms: tuple[str, ...]
    blocks: int = 1
    replicates: int = 1
    anchor_cases: int = 0
    readers_per_case: int = 2
    training_attempts: int = 2

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise AllocationRefused(f"design '{self.kind}' is not one of {', '.join(KINDS)}")
        if not self.arms or len(set(self.arms)) != len(self.arms):
            raise AllocationRefused(f"arms {', '.join(self.arms) or 'none'}: at least one, each once")
        if self.kind == SEQUENTIAL and len(self.arms) != 1:
            raise AllocationRefused(f"a sequential design has one arm that is read in two stages, not {len(self.arms)}")
        for name in ("blocks", "replicates", "readers_per_case", "training_attempts"):
            if getattr(self, name) < 1:
                raise AllocationRefused(f"{name} {getattr(self, name)} is not at least 1")


@dataclass(frozen=True)
class ReaderSlot:
    """A reader by code; group matters in split_plot (readers without one are dealt evenly)."""

    code: str
    group: str = ""


@dataclass(frozen=True)
class CaseSlot:
    """A case by code. truth: "0", "1", another word, or "" where it is not known yet. It never leaves the service."""

    code: str
    patient: str
    truth: str = ""
    stratum: str = ""
    group: str = ""
    is_training: bool = False

    @property
    def cell(self) -> tuple[str, str]:
        """What blocks are stratified by."""
        return self.truth, self.stratum


@dataclass(frozen=True, order=True)
class Placement:
    """One case for one reader: session `ordinal` (from 1), `position` in it (from 1), part of the design `block`."""

    reader: str
    ordinal: int
    position: int
    block: str
    case: str
    arm: str
    replicate: int
    is_training: bool
