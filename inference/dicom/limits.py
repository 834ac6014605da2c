"""What one file may cost. Defaults are the documented limits; a deployment passes its own object."""

from dataclasses import dataclass

from inference.sandbox import Ceilings

MIB = 1024 * 1024

_RESULT_BYTES = 512 * MIB  # pixels, or an inflated data set


@dataclass(frozen=True)
class Limits:
    """Ceilings of pre-parse and decode. All sizes in bytes, all times in seconds."""

    file_bytes: int = 256 * MIB
    side_pixels: int = 10_000  # Rows, Columns
    total_pixels: int = 64 * MIB  # 64 Mpixel
    pixel_bytes: int = 256 * MIB  # Rows x Columns x bytes per sample, from the header
    element_bytes: int = 16 * MIB  # one element that is not Pixel Data
    elements_bytes: int = 64 * MIB  # all of them together
    elements: int = 50_000  # on all levels
    depth: int = 16  # of sequences
    inflated_bytes: int = 320 * MIB
    inflate_ratio: int = 200  # checked once `inflate_free_bytes` have come out
    inflate_free_bytes: int = 1 * MIB
    preparse_seconds: float = 10.0
    decode_seconds: float = 25.0
    decode_cpu_seconds: int = 20
    # 64 Mpixel decode with 577 MB resident; under 1 GiB of address space JPEG lossless fails misleadingly.
    address_space_bytes: int = 2048 * MIB
    descriptors: int = 32

    @property
    def ceilings(self) -> Ceilings:
        """Of one decoding child."""
        return Ceilings(self.address_space_bytes, self.decode_cpu_seconds, self.descriptors, _RESULT_BYTES)


DEFAULT_LIMITS = Limits()
