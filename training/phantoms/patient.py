"""Who is imagined and how the exposure was taken: every number that shapes a phantom, drawn from seeds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FIRST_NAMES = {
    "F": (
        "ANNA",
        "BEATRIX",
        "CLARA",
        "DORA",
        "ELLA",
        "FRIDA",
        "GRETA",
        "HANNA",
        "IDA",
        "JULIA",
        "KLARA",
        "LINA",
        "MIRA",
        "NORA",
        "OLGA",
        "PAULA",
    ),
    "M": (
        "ADAM",
        "BRUNO",
        "CARL",
        "DAVID",
        "EMIL",
        "FELIX",
        "GEORG",
        "HUGO",
        "IVAN",
        "JONAS",
        "KARL",
        "LEO",
        "MAX",
        "NILS",
        "OTTO",
        "PAUL",
    ),
}


# As in the RSNA challenge: a year that nobody takes for a real examination.
STUDY_YEAR = 2025


@dataclass(frozen=True)
class PhantomPatient:
    """A person who does not exist. birth_date is DICOM DA; all studies lie in the second half of STUDY_YEAR."""

    name: str
    identifier: str
    sex: str
    age_years: float
    birth_date: str


@dataclass(frozen=True)
class Anatomy:
    """Sizes in cm before `scale`; angles in radians; what stays the same between two visits of one patient."""

    scale: float  # 1 = adult of average size
    width: float  # inner half width of the thorax at its widest
    wall: float  # chest wall beside the lungs
    bulk: float  # factor on the soft tissue's depth; 1.4 = obese
    breast: float  # depth of breast tissue, 0 for men
    heart_tilt: float
    cardiothoracic_ratio: float  # when the heart is of normal size
    rib_slope: float
    clavicle_rise: float
    dome_difference: float  # left dome lower than the right one
    hilum: float  # prominence of the hila; 1.8 = confluent
    knob: float  # aortic knob, grows with age
    density: float  # of lung, 0.2 to 0.3
    vessel_seed: int


@dataclass(frozen=True)
class Exposure:
    """One visit: view, inspiration, positioning and the detector's part."""

    view: str
    inspiration: float  # 1 = full; 0.7 = poor
    angle: float  # in-plane rotation
    turn: float  # about the long axis: moves anterior structures sideways, cm
    shift: tuple[float, float]
    field: float  # width of the picture in cm for scale 1
    clavicle_drop: float  # AP: clavicles lie higher, scapulae over the lungs
    arms_up: float
    dose: float  # 1 = good, 0.3 = noisy
    scatter: float
    window: tuple[float, float]  # extra low and high of the tone curve
    sharpness: float


def draw_patient(rng: np.random.Generator, age_years: float | None, sex: str | None) -> PhantomPatient:
    """Ages 19 to 92 unless given."""
    drawn_age = float(np.clip(rng.normal(56, 17), 19, 92))
    drawn_sex = "F" if rng.random() < 0.48 else "M"
    index, number = int(rng.integers(16)), int(rng.integers(10**6))
    month, day = int(rng.integers(1, 7)), int(rng.integers(1, 29))
    age = drawn_age if age_years is None else float(age_years)
    chosen = drawn_sex if sex is None else sex
    name = f"PHANTOM^{FIRST_NAMES[chosen][index]}"
    birth = f"{STUDY_YEAR - int(age):04d}{month:02d}{day:02d}"
    return PhantomPatient(name, f"PHANTOM-{number:06d}", chosen, float(int(age)), birth)


def draw_anatomy(rng: np.random.Generator, patient: PhantomPatient) -> Anatomy:
    """Body habitus by age and sex; one in six is obese, one in eight has confluent hila."""
    age = patient.age_years
    growth = 1.0 if age >= 16 else 0.52 + 0.48 * (age / 16) ** 0.8
    female = patient.sex == "F"
    obese = rng.random() < 0.17
    bulk = rng.uniform(1.25, 1.5) if obese else rng.normal(1.0, 0.08)
    breast = rng.uniform(1.2, 5.0) if female and age > 14 else 0.0
    if obese and not female:
        breast = rng.uniform(0.0, 1.5)
    child = age < 12
    return Anatomy(
        scale=growth * float(np.clip(rng.normal(0.95 if female else 1.02, 0.035), 0.86, 1.12)),
        width=float(rng.normal(13.6, 0.6)),
        wall=float(rng.uniform(4.0, 6.0) if obese else rng.uniform(1.7, 3.0)),
        bulk=float(np.clip(bulk, 0.8, 1.5)),
        breast=float(breast),
        heart_tilt=float(rng.normal(0.62, 0.09)),
        cardiothoracic_ratio=float(np.clip(rng.normal(0.47 if child else 0.435, 0.028), 0.36, 0.488)),
        rib_slope=float(rng.normal(1.0, 0.12)),
        clavicle_rise=float(rng.normal(2.6, 0.7)),
        dome_difference=float(rng.normal(1.3, 0.5)),
        hilum=float(rng.uniform(1.5, 2.0) if rng.random() < 0.125 else rng.normal(1.0, 0.13)),
        knob=float(np.clip(rng.normal(0.7 + 0.008 * age, 0.15), 0.4, 1.8)),
        density=float(rng.uniform(0.2, 0.3)),
        vessel_seed=int(rng.integers(2**31)),
    )


def draw_exposure(rng: np.random.Generator, view: str | None) -> Exposure:
    """PA three times in five. AP means a bed: less inspiration, more scatter, more rotation."""
    chosen = ("PA" if rng.random() < 0.6 else "AP") if view is None else view
    bed = chosen == "AP"
    return Exposure(
        view=chosen,
        inspiration=float(np.clip(rng.normal(0.86 if bed else 0.97, 0.06), 0.7, 1.08)),
        angle=float(rng.normal(0, 0.03 if bed else 0.015)),
        turn=float(rng.normal(0, 0.8 if bed else 0.35)),
        shift=(float(rng.normal(0, 0.6)), float(rng.normal(0, 0.7))),
        field=float(rng.uniform(36, 41)),
        clavicle_drop=float(rng.normal(-1.8 if bed else 0.0, 0.6)),
        arms_up=float(rng.uniform(0.0, 0.25) if bed else rng.uniform(0.1, 0.7)),
        dose=float(np.exp(rng.normal(-0.5 if bed else 0.0, 0.35))),
        scatter=float(rng.uniform(0.5, 0.9) if bed else rng.uniform(0.25, 0.5)),
        window=(float(rng.normal(0, 0.05)), float(rng.normal(0, 0.06))),
        sharpness=float(rng.uniform(0.2, 0.9)),
    )
