"""A model bundle: one zip file with manifest, ONNX graph, model card and selfcheck; its id is the file's SHA-256.

Loading refuses whatever the server could not vouch for, and says which bundle, which check, which values and what
is allowed. architecture.md section 3.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inference.bundle_archive import (
    FILE_LIMIT,
    MIB,
    ArchiveError,
    pack_arrays,
    pack_members,
    read_arrays,
    read_members,
    write_members,
)
from inference.bundle_error import BundleError
from inference.calibration_forms import SCALE_BIAS
from inference.graph_checks import GraphError, check_graph
from inference.manifest import Finding, Manifest, ManifestError, parse_manifest
from inference.preprocessing import InputSpec
from inference.session import CPU, largest_difference, open_session, run_session

# Processors round differently; maps were measured to agree within 9.4e-5 of their maximum (explanation_graph.md).
SELFCHECK_RELATIVE = 1e-3
SELFCHECK_ABSOLUTE = 1e-6
SELFCHECK_IMAGES = 64
CALIBRATION_TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle that passed every check. contents: the manifest in types; manifest: the same as JSON."""

    id: str
    contents: Manifest
    onnx_bytes: bytes
    card: str
    selfcheck: Mapping[str, np.ndarray]

    @classmethod
    def load(cls, path: Path | str, *, run_selfcheck: bool = True, expected_id: str | None = None) -> Bundle:
        """Read and check a bundle file. expected_id: the SHA-256 it must have. Raises BundleError."""
        path = Path(path)
        data = _read_file(path)
        return _load_bytes(path.name, data, run_selfcheck=run_selfcheck, expected_id=expected_id)

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Bundle:
        """The same of a file's bytes, self-check included. name: what errors call it. Raises BundleError."""
        return _load_bytes(name, data, run_selfcheck=True, expected_id=None)

    @property
    def name(self) -> str:
        """The model's name."""
        return self.contents.name

    @property
    def version(self) -> str:
        """The model's version."""
        return self.contents.version

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest as JSON."""
        return self.contents.document

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings in the order of the graph's outputs."""
        return self.contents.findings

    @property
    def input_spec(self) -> InputSpec:
        """What the model takes."""
        return self.contents.input_spec


def write_bundle(
    path: Path | str,
    manifest: Mapping[str, Any],
    onnx_bytes: bytes,
    card: str,
    selfcheck: Mapping[str, np.ndarray],
) -> str:
    """Write a bundle file and return its id. The same content gives the same id.

    selfcheck: `image` float32 [n, 1, H, W] and one array per output, as the exporter saw them. The bytes pass every
    check of `Bundle.load` before the file appears under its name. Raises BundleError.
    """
    path = Path(path)
    members = {
        "manifest.json": (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode(),
        "model.onnx": onnx_bytes,
        "card.md": card.encode(),
        "selfcheck.npz": pack_arrays(selfcheck),
    }
    bundle = _load_bytes(path.name, pack_members(members), run_selfcheck=True, expected_id=None)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_members(path, members)
    return bundle.id


def replay_selfcheck(session: Any, selfcheck: Mapping[str, np.ndarray], names: tuple[str, ...]) -> str | None:
    """Run the selfcheck images; None if every output is as the exporter saw it, else what differs and by how much."""
    got = run_session(session, selfcheck["image"])
    for name in names:
        if got[name].shape != selfcheck[name].shape:
            return f"{name} has shape {list(got[name].shape)}; allowed: {list(selfcheck[name].shape)}"
        if not np.isfinite(got[name]).all():
            return f"{name} is not finite everywhere; allowed: real numbers"
        difference, largest = largest_difference(got, selfcheck, name)
        limit = SELFCHECK_RELATIVE * largest + SELFCHECK_ABSOLUTE
        if difference > limit:
            return f"{name} differs by {difference:.3g}; allowed: up to {limit:.3g}"
    return None


def _read_file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            raise BundleError(path.name, "size", f"{size} bytes; allowed: up to {FILE_LIMIT // MIB} MiB")
        return path.read_bytes()
    except OSError as error:
        raise BundleError(path.name, "file", f"cannot be read: {error.strerror}") from error


def _load_bytes(name: str, data: bytes, *, run_selfcheck: bool, expected_id: str | None) -> Bundle:
    found_id = hashlib.sha256(data).hexdigest()
    if expected_id is not None and found_id != expected_id:
        raise BundleError(name, "hash", f"SHA-256 is {found_id}; allowed: {expected_id}")
    try:
        members = read_members(data)
        contents = parse_manifest(members["manifest.json"])
        card = members["card.md"].decode("utf-8")
        check_graph(members["model.onnx"], contents)
        selfcheck = read_arrays(members["selfcheck.npz"])
    except (ArchiveError, GraphError) as error:
        raise BundleError(name, error.check, str(error)) from error
    except ManifestError as error:
        raise BundleError(name, "manifest", str(error)) from error
    except UnicodeDecodeError as error:
        raise BundleError(name, "card", f"card.md is not UTF-8 at byte {error.start}") from error
    _check_selfcheck_arrays(name, selfcheck, contents)
    _check_calibration(name, selfcheck, contents)
    bundle = Bundle(found_id, contents, members["model.onnx"], card, selfcheck)
    if run_selfcheck:
        _run_selfcheck(name, bundle)
    return bundle


def _check_selfcheck_arrays(name: str, selfcheck: Mapping[str, np.ndarray], contents: Manifest) -> None:
    wanted = ("image", *contents.output_names)
    if sorted(selfcheck) != sorted(wanted):
        raise BundleError(name, "selfcheck", f"arrays {sorted(selfcheck)}; allowed: {sorted(wanted)}")
    images = selfcheck["image"].shape[0] if selfcheck["image"].ndim else 0
    if not 1 <= images <= SELFCHECK_IMAGES:
        raise BundleError(name, "selfcheck", f"{images} images; allowed: 1 to {SELFCHECK_IMAGES}")
    for key, shape in _declared_shapes(contents, images).items():
        if selfcheck[key].shape != shape:
            raise BundleError(
                name, "selfcheck", f"{key} has shape {list(selfcheck[key].shape)}; allowed: {list(shape)}"
            )
        if not np.isfinite(selfcheck[key]).all():
            raise BundleError(name, "selfcheck", f"{key} is not finite everywhere; allowed: real numbers")


def _declared_shapes(contents: Manifest, images: int) -> dict[str, tuple[int, ...]]:
    findings = len(contents.findings)
    return {
        "image": (images, 1, contents.input_spec.height, contents.input_spec.width),
        "probabilities": (images, findings),
        "logits": (images, findings),
        "embedding": (images, contents.embedding_dimension),
        **{output.kind: (images, findings, output.height, output.width) for output in contents.maps},
    }


def _check_calibration(name: str, selfcheck: Mapping[str, np.ndarray], contents: Manifest) -> None:
    """The calibration in the graph is the one the manifest names, or the interval would belong to another number."""
    repeated = contents.probabilities(selfcheck["logits"])
    for column, finding in enumerate(contents.findings):
        wanted, found = repeated[:, column], selfcheck["probabilities"][:, column]
        worst = int(np.abs(found - wanted).argmax())
        if abs(found[worst] - wanted[worst]) > CALIBRATION_TOLERANCE:
            message = (
                f"{finding.key}: the graph gives {found[worst]:.5f}; allowed: {wanted[worst]:.5f}, as {_named(finding)}"
            )
            raise BundleError(name, "calibration", message)


def _named(finding: Finding) -> str:
    form = finding.calibrator.form
    return "scale and bias" if form == SCALE_BIAS else f"the {form} calibrator"


def _run_selfcheck(name: str, bundle: Bundle) -> None:
    try:
        session = open_session(bundle.onnx_bytes, [CPU])
        failure = replay_selfcheck(session, bundle.selfcheck, bundle.contents.output_names)
    except Exception as error:  # ONNX Runtime raises its own bare types; each means that the graph does not run
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BundleError(name, "selfcheck", f"the graph does not run: {first_line[:300]}") from error
    if failure is not None:
        raise BundleError(name, "selfcheck", failure)
