"""What a bundle's ONNX graph may hold, checked before any of it runs.

Only the operators that the exporter writes (graph_operators.json), opset 18 or later, all weights inside the file, inputs,
outputs and metadata as the manifest says. architecture.md section 3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
from google.protobuf.message import DecodeError
from onnx import GraphProto, ModelProto, NodeProto, SparseTensorProto, TensorProto

from inference.manifest import SCHEMA_NAME, Manifest

LOWEST_OPSET = 18
DEFAULT_DOMAINS = ("", "ai.onnx")
# What exports of every registered network, head, calibrator and ensemble were found to hold, and what tests hold each to.
GRAPH_OPERATORS: frozenset[str] = frozenset(
    json.loads((Path(__file__).parent / "graph_operators.json").read_text("utf-8"))
)


class GraphError(ValueError):
    """A graph that is not allowed. `check` is the name of the check that failed."""

    def __init__(self, check: str, message: str) -> None:
        super().__init__(message)
        self.check = check


def check_graph(data: bytes, manifest: Manifest) -> None:
    """Check model.onnx against the rules and the manifest. Raises GraphError naming the check and the values."""
    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as error:
        raise GraphError("onnx", f"model.onnx is not an ONNX file ({error})") from error
    if not model.graph.node:
        raise GraphError("onnx", "model.onnx holds no graph; allowed: one graph with its weights")
    _check_external_data(model)
    _check_opset(model)
    _check_operators(model)
    _check_metadata(model, manifest)
    _check_input(model.graph, manifest)
    _check_outputs(model.graph, manifest)
    _check_consistency(model)


def graph_metadata(manifest: Manifest) -> dict[str, str]:
    """The ONNX metadata_props that the exporter writes and the loader compares."""
    return {
        "sightline.name": manifest.name,
        "sightline.version": manifest.version,
        "sightline.findings": ",".join(manifest.keys),
        "sightline.schema": SCHEMA_NAME,
    }


def _check_external_data(model: ModelProto) -> None:
    for tensor in _tensors(model):
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            places = {entry.key: entry.value for entry in tensor.external_data}
            location = places.get("location", "")[:80]
            raise GraphError(
                "external data", f"tensor {tensor.name!r} lies in {location!r}; allowed: inside model.onnx"
            )


def _check_opset(model: ModelProto) -> None:
    versions = [entry.version for entry in model.opset_import if entry.domain in DEFAULT_DOMAINS]
    opset = max(versions, default=0)
    if opset < LOWEST_OPSET:
        raise GraphError("opset", f"opset {opset}; allowed: {LOWEST_OPSET} or later")
    newest = onnx.defs.onnx_opset_version()
    if opset > newest:
        raise GraphError("opset", f"opset {opset}; allowed: {LOWEST_OPSET} to {newest}")


def _check_operators(model: ModelProto) -> None:
    """Only what the exporter writes: an operator that repeats or branches may run for ever, in a graph of any size."""
    for node in _nodes(model):
        if node.domain not in DEFAULT_DOMAINS:
            place = f"operator {node.op_type[:80]!r} of domain {node.domain[:80]!r}"
            raise GraphError("operator domain", f"{place}; allowed: the default ONNX domain")
    if model.functions:
        name = model.functions[0].name[:80]
        raise GraphError("operators", f"function {name!r}; allowed: no functions, the operators themselves")
    if model.training_info:
        raise GraphError(
            "operators", "a graph for training beside the model's; allowed: the one graph with its weights"
        )
    for node in _nodes(model):
        if node.op_type not in GRAPH_OPERATORS:
            allowed = ", ".join(sorted(GRAPH_OPERATORS))
            raise GraphError("operators", f"operator {node.op_type[:80]!r}; allowed: {allowed}")


def _check_metadata(model: ModelProto, manifest: Manifest) -> None:
    found = {entry.key: entry.value for entry in model.metadata_props}
    for key, wanted in graph_metadata(manifest).items():
        if found.get(key) != wanted:
            raise GraphError(
                "metadata", f"{key} is {found.get(key)!r} in model.onnx; allowed: {wanted!r}, as the manifest"
            )


def _check_input(graph: GraphProto, manifest: Manifest) -> None:
    weights = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in weights]
    names = [value.name for value in inputs]
    if names != ["image"]:
        raise GraphError("input", f"inputs {names}; allowed: ['image']")
    spec = manifest.input_spec
    wanted = [None, 1, spec.height, spec.width]
    if _shape(inputs[0]) != wanted or inputs[0].type.tensor_type.elem_type != TensorProto.FLOAT:
        shape = _shown(_shape(inputs[0]))
        kind = TensorProto.DataType.Name(inputs[0].type.tensor_type.elem_type)
        raise GraphError("input", f"image is {kind} {shape}; allowed: FLOAT {_shown(wanted)} with a free batch")


def _check_outputs(graph: GraphProto, manifest: Manifest) -> None:
    names = [value.name for value in graph.output]
    for wanted in manifest.output_names:
        if wanted not in names:
            listed = ", ".join(manifest.output_names)
            raise GraphError("outputs", f"output {wanted!r} is missing, found {', '.join(names)}; allowed: {listed}")
    extra = sorted(set(names) - set(manifest.output_names))
    if extra:
        raise GraphError(
            "outputs", f"output {extra[0]!r} is not in the manifest; allowed: {list(manifest.output_names)}"
        )


def _check_consistency(model: ModelProto) -> None:
    """The ONNX checker's own rules: broken edges, wrong attributes, cycles."""
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        first_line = str(error).strip().splitlines()[0]
        raise GraphError("onnx", f"the ONNX checker refuses the graph: {first_line[:200]}") from error


def _shape(value: Any) -> list[int | None]:
    """Sizes of a declared tensor; None where the size is free (a name, or nothing)."""
    dims = value.type.tensor_type.shape.dim
    return [int(dim.dim_value) if dim.HasField("dim_value") else None for dim in dims]


def _shown(shape: list[int | None]) -> str:
    return "[" + ", ".join("N" if size is None else str(size) for size in shape) + "]"


def _graphs(graph: GraphProto) -> Iterator[GraphProto]:
    """A graph and all graphs inside its nodes (If, Loop, Scan)."""
    yield graph
    yield from _graphs_of_nodes(graph.node)


def _graphs_of_nodes(nodes: Any) -> Iterator[GraphProto]:
    for node in nodes:
        for attribute in node.attribute:
            for inner in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                yield from _graphs(inner)


def _all_graphs(model: ModelProto) -> Iterator[GraphProto]:
    yield from _graphs(model.graph)
    for function in model.functions:
        yield from _graphs_of_nodes(function.node)


def _nodes(model: ModelProto) -> Iterator[NodeProto]:
    for graph in _all_graphs(model):
        yield from graph.node
    for function in model.functions:
        yield from function.node


def _tensors(model: ModelProto) -> Iterator[TensorProto]:
    for graph in _all_graphs(model):
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from _parts(sparse)
    for node in _nodes(model):
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            if attribute.HasField("sparse_tensor"):
                yield from _parts(attribute.sparse_tensor)
            for sparse in attribute.sparse_tensors:
                yield from _parts(sparse)


def _parts(sparse: SparseTensorProto) -> tuple[TensorProto, TensorProto]:
    """Either part of a sparse tensor may point to a file of its own."""
    return sparse.values, sparse.indices
