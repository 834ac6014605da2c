"""Faults of real files that are taken all the same, because the pixels are provably whole.

Each has a name, which is a warning of the image and its row on the page of operations, and can be switched off by it.
"""

from dataclasses import dataclass, field

TOLERANCES: dict[str, str] = {
    # name -> what was wrong and what was done, for people
    "excess_pixel_bytes": "Padding after the native pixels was left aside.",
    "padded_stream": "Padding after the end marker of the compressed pixels was left aside.",
    "zero_before_end_marker": "A zero byte before the end marker of a JPEG-LS stream was left aside.",
    "precision_below_bits_stored": "The compressed pixels have fewer bits than Bits Stored says; every value fits.",
    "leading_zero_uid": "A UID has a component with a leading zero, which PS3.5 forbids; it was kept as it is.",
    "equal_duplicates": "An element that occurs twice with the same value was read once.",
    "samples_per_pixel_missing": "Samples per Pixel is missing; MONOCHROME has one.",
    "blank_vr": "Elements without a VR were read by the dictionary; the stored copy names their VR.",
    "implicit_data_set": "File Meta says explicit VR, the data set is implicit; the stored copy says implicit.",
    "misspelt_character_set": "A misspelt term of Specific Character Set was read as the one that is meant.",
    "utf8_without_character_set": "Text without a Specific Character Set was read as UTF-8, which it is.",
}
ALL_TOLERANCES = frozenset(TOLERANCES)


@dataclass
class Leniency:
    """Which faults one file may have, and which it had. allowed: names of TOLERANCES."""

    allowed: frozenset[str] = ALL_TOLERANCES
    used: list[str] = field(default_factory=list)

    def takes(self, name: str) -> bool:
        """True, and noted, when the fault `name` is tolerated. Raises KeyError for a name that is none."""
        if name not in TOLERANCES:
            raise KeyError(name)
        if name not in self.allowed:
            return False
        if name not in self.used:
            self.used.append(name)
        return True


def without(names: str) -> frozenset[str]:
    """All tolerances but those named in `names`, with commas between. Raises ValueError that says what is allowed."""
    off = frozenset(name.strip() for name in names.split(",") if name.strip())
    unknown = sorted(off - ALL_TOLERANCES)
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: not one of {', '.join(TOLERANCES)}")
    return ALL_TOLERANCES - off
