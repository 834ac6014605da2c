"""The [augmentation] table of a paper's experiment file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RadiographTable:
    """The [augmentation.radiograph] table: changes that a frontal chest radiograph survives. Ranges are half-widths around "no
    change" unless said; 0 leaves a change out."""

    rotation_degrees: float = 10.0
    scale: float = 0.15
    shift: float = 0.08  # fraction of the side
    flip: float = 0.5  # probability
    log_gamma: float = 0.4
    window: float = 0.1  # each end of the gray range moves by up to this
    # Amount of detail added (unsharp mask) or taken away: -1 is a 3x3 mean. Wide on purpose: how sharp a file is tells from which
    # archive and machine it comes, which must not stand in for disease.
    sharpness: float = 0.8
    noise: float = 0.03  # highest standard deviation
    patches: float = 0.3  # probability of a flat rectangle of up to a fifth of each side


@dataclass(frozen=True)
class AugmentationTable:
    """What happens to a training image, in this order; a default leaves it out.

    crop_scale: area range of RandomResizedCrop, (.75, 1) in 002. keras_rotation: fraction of a full turn to either
    side, .2 = ±72° in 003, edges reflected. rotation_degrees: to either side, zeros outside, 45 in 002. hflip, vflip:
    probabilities. contrast: range of the factor, (.8, 1.2) for 003's fused network. jitter: brightness, contrast,
    saturation and hue of ColorJitter, (.12, .12, .08, .08) in 002; the last two do nothing on gray. radiograph: the changes
    of its table, whose keys have defaults; last. Raises ValueError.
    """

    crop_scale: tuple[float, ...] = ()
    keras_rotation: float = 0.0
    rotation_degrees: float = 0.0
    hflip: float = 0.0
    vflip: float = 0.0
    contrast: tuple[float, ...] = ()
    jitter: tuple[float, ...] = ()
    radiograph: RadiographTable | None = None

    def __post_init__(self) -> None:
        for key, value, most in (
            ("keras_rotation", self.keras_rotation, 0.5),
            ("rotation_degrees", self.rotation_degrees, 180.0),
            ("hflip", self.hflip, 1.0),
            ("vflip", self.vflip, 1.0),
        ):
            if not 0 <= value <= most:
                raise ValueError(f"augmentation {key} {value} is outside 0..{most:g}")
        for key, values, count in (
            ("crop_scale", self.crop_scale, 2),
            ("contrast", self.contrast, 2),
            ("jitter", self.jitter, 4),
        ):
            if values and (len(values) != count or min(values) < 0):
                raise ValueError(f"augmentation {key} {values} is not {count} numbers of at least 0")
        for key, values in (("crop_scale", self.crop_scale), ("contrast", self.contrast)):
            if values and values[0] > values[1]:
                raise ValueError(f"augmentation {key} {values} does not rise")
        if self.crop_scale and not 0 < self.crop_scale[0] <= self.crop_scale[1] <= 1:
            raise ValueError(f"augmentation crop_scale {self.crop_scale} is outside 0..1")
        if self.jitter and self.jitter[3] > 0.5:
            raise ValueError(f"augmentation jitter hue {self.jitter[3]} is outside 0..0.5")

    @property
    def is_empty(self) -> bool:
        """True when nothing would change."""
        return self == AugmentationTable()
