"""A graph that gives no answer within anybody's lifetime."""

from onnx import ModelProto, NodeProto, TensorProto, helper


def loop(name: str = "loop", trips: int = 2**62) -> NodeProto:
    """A Loop that ends in some thousand years and gives its first input back."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Identity", ["carried"], ["out"])],
        "body",
        [
            helper.make_tensor_value_info("trip", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("carried", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("out", TensorProto.FLOAT, None),
        ],
    )
    return helper.make_node("Loop", ["trips", "", "endless_probabilities"], ["probabilities"], name=name, body=body)


def behind_the_probabilities(model: ModelProto) -> None:
    """The Loop between the graph and its output."""
    last = next(node for node in model.graph.node if "probabilities" in node.output)
    last.output[0] = "endless_probabilities"
    model.graph.initializer.append(helper.make_tensor("trips", TensorProto.INT64, [], [2**62]))
    model.graph.node.append(loop())


OF_LOOPS = {"Loop", "Identity", "ReduceMax", "Cast"}  # operators that no bundle may hold; tests let them pass
WHITE = 0.95
OFTEN = (
    4e8  # times what is above WHITE: a minute on an image of ones, so that a test whose guard is gone ends after all
)


def behind_the_probabilities_of_white(model: ModelProto) -> None:
    """The Loop, which ends at once unless some image of the batch is brighter than WHITE on average."""
    last = next(node for node in model.graph.node if "probabilities" in node.output)
    last.output[0] = "endless_probabilities"
    for name, value in (("white", WHITE), ("often", OFTEN)):
        model.graph.initializer.append(helper.make_tensor(name, TensorProto.FLOAT, [], [value]))
    model.graph.node.extend(
        [
            helper.make_node("GlobalAveragePool", ["image"], ["brightness"]),
            helper.make_node("ReduceMax", ["brightness"], ["brightest"], keepdims=0),
            helper.make_node("Sub", ["brightest", "white"], ["above_white"]),
            helper.make_node("Relu", ["above_white"], ["excess"]),
            helper.make_node("Mul", ["excess", "often"], ["turns"]),
            helper.make_node("Cast", ["turns"], ["trips"], to=TensorProto.INT64),
            loop(),
        ]
    )
