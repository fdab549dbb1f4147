"""Writes the core of a model as an ONNX graph, for bench/wasm-step.ts: the same maths as src/trm/core.ts without padding.

Usage: onnx-core.py FOLDER, with the case.json and model.safetensors that bench/tools/step-case.ts writes there. The graph
(core.onnx) has inputs x, y, z and outputs y_next, z_next, all `[rows, positions, width]`. Plain operators as an export gives
them, and the norm as one.
"""

import json
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

HEAD_WIDTH = 64
ROTARY_BASE = 10000
EPSILON = 1e-5


def read_safetensors(path):
    """Named float32 arrays of a file."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(body[slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if entry["dtype"] == "F32"
    }


class Graph:
    """Nodes and constants of a graph; operators are methods that return the name of their output."""

    def __init__(self):
        self.nodes, self.constants = [], {}

    def constant(self, name, value):
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"{kind}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def name_output(self, of, name):
        self.nodes.append(helper.make_node("Identity", [of], [name]))


class Core:
    """The network f on `[rows, positions, width]`."""

    def __init__(self, graph, weights, rows, positions):
        self.graph = graph
        self.layers = sum(name.startswith("core.") and name.endswith(".qkv") for name in weights)
        self.width = weights["core.0.o"].shape[0]
        for name, value in weights.items():
            if name.startswith("core."):
                graph.constant(name, value)
        graph.constant("ones", np.ones(self.width, np.float32))
        graph.constant("scale", np.float32(HEAD_WIDTH**-0.5))
        graph.constant("split", np.array([rows, positions, -1, HEAD_WIDTH], np.int64))
        graph.constant("join", np.array([rows, positions, self.width], np.int64))
        angles = np.arange(positions)[:, None] / ROTARY_BASE ** (np.arange(0, HEAD_WIDTH, 2) / HEAD_WIDTH)
        graph.constant("cos", np.cos(angles).astype(np.float32))
        graph.constant("sin", np.sin(angles).astype(np.float32))

    def rms(self, h):
        return self.graph.op("RMSNormalization", h, "ones", axis=-1, epsilon=EPSILON)

    def heads(self, x):
        return self.graph.op("Transpose", self.graph.op("Reshape", x, "split"), perm=[0, 2, 1, 3])

    def rotate(self, x):
        op = self.graph.op
        first, second = op("Split", x, outputs=2, axis=-1, num_outputs=2)
        left = op("Sub", op("Mul", first, "cos"), op("Mul", second, "sin"))
        right = op("Add", op("Mul", second, "cos"), op("Mul", first, "sin"))
        return op("Concat", left, right, axis=-1)

    def attention(self, h, layer):
        op = self.graph.op
        q, k, v = op("Split", op("MatMul", h, f"core.{layer}.qkv"), outputs=3, axis=-1, num_outputs=3)
        q, k, v = op("Mul", self.rotate(self.heads(q)), "scale"), self.rotate(self.heads(k)), self.heads(v)
        scores = op("Softmax", op("MatMul", q, op("Transpose", k, perm=[0, 1, 3, 2])), axis=-1)
        mixed = op("Transpose", op("MatMul", scores, v), perm=[0, 2, 1, 3])
        return op("MatMul", op("Reshape", mixed, "join"), f"core.{layer}.o")

    def swiglu(self, h, layer):
        op = self.graph.op
        gate, up = op("Split", op("MatMul", h, f"core.{layer}.gateUp"), outputs=2, axis=-1, num_outputs=2)
        return op("MatMul", op("Mul", op("Mul", gate, op("Sigmoid", gate)), up), f"core.{layer}.down")

    def __call__(self, h):
        for layer in range(self.layers):
            for branch in (self.attention, self.swiglu):
                h = self.rms(self.graph.op("Add", h, branch(h, layer)))
        return h


def main():
    folder = Path(sys.argv[1])
    case = json.loads((folder / "case.json").read_text())
    weights = read_safetensors(folder / "model.safetensors")
    rows, positions = case["rows"], weights["embedding.registers"].shape[0] + case["length"]
    graph = Graph()
    f = Core(graph, weights, rows, positions)
    x, y, z = "xyz"
    for _ in range(case["recursions"]):
        injected = graph.op("Add", y, x)
        for _ in range(case["latentUpdates"]):
            z = f(graph.op("Add", z, injected))
        y = f(graph.op("Add", y, z))
    graph.name_output(y, "y_next")
    graph.name_output(z, "z_next")

    def value(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [rows, positions, f.width])

    made = helper.make_graph(
        graph.nodes, "core", [value(n) for n in "xyz"], [value("y_next"), value("z_next")], list(graph.constants.values())
    )
    save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 23)], ir_version=11), folder / "core.onnx")


main()
