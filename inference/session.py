"""ONNX Runtime sessions as Sightline opens them: which provider, how many threads, which options."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence

import numpy as np
import onnxruntime

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"

# TF32 would round the inputs of every product to 10 bits: maps then differ from the exporter's by more than the
# selfcheck allows.
_CUDA_OPTIONS = {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"}

_QUIET = 3  # errors only
_SILENT = 4  # a missing CUDA library is told by `provider` and ProviderError, in one line


class ProviderError(RuntimeError):
    """No session on the providers asked for. The message names them and those that are allowed."""


def open_session(
    onnx_bytes: bytes, providers: Sequence[str] | None = None, threads: int | None = None
) -> onnxruntime.InferenceSession:
    """Open a session. providers None: CUDA if a session on it really opens, else CPU.

    The runtime lists CUDA when it was built with it, and falls back to CPU silently when the driver or a library is
    missing, so the session's own list is what counts. Raises ProviderError if named providers are not to be had.
    """
    if providers is not None:
        return _open_named(onnx_bytes, providers, threads)
    if CUDA in onnxruntime.get_available_providers() and _has_nvidia_device():
        return _new_session(onnx_bytes, [CUDA, CPU], threads)
    return _new_session(onnx_bytes, [CPU], threads)


def provider_of(session: onnxruntime.InferenceSession) -> str:
    """The provider the session really runs on."""
    return str(session.get_providers()[0])


def run_session(
    session: onnxruntime.InferenceSession, images: np.ndarray, options: onnxruntime.RunOptions | None = None
) -> dict[str, np.ndarray]:
    """All outputs by name. images: float32 [N, 1, H, W]. options: of this run alone; another thread may end it by them."""
    names = [output.name for output in session.get_outputs()]
    values: Sequence[np.ndarray] = session.run(names, {"image": np.ascontiguousarray(images, np.float32)}, options)
    return dict(zip(names, values, strict=True))


def largest_difference(
    got: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray], name: str
) -> tuple[float, float]:
    """Largest |got - wanted| of an output and the largest |wanted|."""
    difference = np.abs(got[name].astype(np.float64) - wanted[name])
    return float(difference.max(initial=0.0)), float(np.abs(wanted[name]).max(initial=0.0))


def _open_named(onnx_bytes: bytes, providers: Sequence[str], threads: int | None) -> onnxruntime.InferenceSession:
    available = onnxruntime.get_available_providers()
    unknown = [name for name in providers if name not in available]
    if unknown or not providers:
        raise ProviderError(f"provider {', '.join(unknown) or 'none'}; allowed here: {', '.join(available)}")
    session = _new_session(onnx_bytes, providers, threads)
    if provider_of(session) != providers[0]:
        raise ProviderError(f"provider {providers[0]} did not start here; the session offers {provider_of(session)}")
    return session


def _new_session(onnx_bytes: bytes, providers: Sequence[str], threads: int | None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Spinning threads of two sessions fight for few cores (explanation_graph.md#traps).
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = _QUIET
    options.intra_op_num_threads = threads or 0  # 0: the runtime chooses
    if CUDA not in providers:
        return onnxruntime.InferenceSession(onnx_bytes, options, providers=list(providers))
    chosen = [(name, _CUDA_OPTIONS) if name == CUDA else name for name in providers]
    # What the runtime prints about missing CUDA libraries must not get into a JSON document on stdout.
    with contextlib.redirect_stdout(sys.stderr):
        onnxruntime.set_default_logger_severity(_SILENT)
        onnxruntime.preload_dlls()  # the libraries of the `cuda` extra lie in their own wheels
        return onnxruntime.InferenceSession(onnx_bytes, options, providers=chosen)


def _has_nvidia_device() -> bool:
    """Without a device file the runtime would load gigabytes of CUDA libraries only to fail."""
    return os.name == "nt" or os.path.exists("/dev/nvidiactl") or os.path.exists("/dev/dxg")  # noqa: PTH110
