"""What stands in an ONNX file, read before anything runs it: a file may come from anywhere.

Only what decides whether we run it is read: the operators' domains, whether weights lie in other files, and functions
that the file defines. The runtime would open such other files relative to wherever it runs. The messages are those of
onnx.proto (github.com/onnx/onnx); the encoding is that of protocol buffers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from veedor.kit.sqlite import store_errors
from veedor.site.detect.errors import ModelRefused

MAX_OCTETS = 512 << 20
_STANDARD = frozenset(
    {"", "ai.onnx", "ai.onnx.ml", "com.microsoft"}
)  # com.microsoft: the runtime's own, fused operators
_MAX_DEPTH = 16  # of networks within networks (If, Loop)
_MOST_NODES = 100_000

_VARINT, _FIXED64, _OCTETS, _FIXED32 = 0, 1, 2, 5
# Field numbers.
_MODEL_GRAPH, _MODEL_OPSETS, _MODEL_FUNCTIONS = 7, 8, 25
_OPSET_DOMAIN = 1
_GRAPH_NODES, _GRAPH_TENSORS, _GRAPH_SPARSE = 1, 5, 15
_NODE_TYPE, _NODE_ATTRIBUTES, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES = 22, 23
_SPARSE_PARTS = (1, 2)
_TENSOR_EXTERNAL, _TENSOR_LOCATION = 13, 14

Field = tuple[int, int, memoryview]
"""(number, value where it is a whole number, octets where it has any)"""


class _NotOnnx(Exception):
    pass


def read_onnx(path: Path) -> bytes:
    """The file's octets, found fit to be given to the runtime. Raises ModelRefused, the StoreError tree."""
    with store_errors(path):
        size = path.stat().st_size
        if size > MAX_OCTETS:
            raise ModelRefused(path=path.name, problem="too large", detail="detect-refused-huge", most=MAX_OCTETS >> 20)
        data = path.read_bytes()
    check_onnx(data, path.name)
    return data


def check_onnx(data: bytes, name: str) -> None:
    """Raises ModelRefused; `name`: what to call the file in that."""
    try:
        _Checker(name).model(memoryview(data))
    except (_NotOnnx, IndexError, UnicodeDecodeError) as problem:
        raise ModelRefused(path=name, problem=str(problem), detail="detect-refused-not-onnx") from problem


class _Checker:
    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes = 0

    def model(self, data: memoryview) -> None:
        graphs = opsets = 0
        for number, _value, octets in _fields(data):
            if number == _MODEL_GRAPH:
                graphs += 1
                self._graph(octets, 0)
            elif number == _MODEL_OPSETS:
                opsets += 1
                self._domain(next((_text(part) for at, _, part in _fields(octets) if at == _OPSET_DOMAIN), ""), "")
            elif number == _MODEL_FUNCTIONS:
                raise self._refused("functions")
        if graphs != 1 or not opsets or not self._nodes:
            raise _NotOnnx("no network in it")

    def _graph(self, data: memoryview, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise _NotOnnx("networks within networks")
        for number, _value, octets in _fields(data):
            if number == _GRAPH_NODES:
                self._node(octets, depth)
            elif number == _GRAPH_TENSORS:
                self._tensor(octets)
            elif number == _GRAPH_SPARSE:
                self._sparse(octets)

    def _node(self, data: memoryview, depth: int) -> None:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise _NotOnnx("too many operators")
        domain = kind = ""
        for number, _value, octets in _fields(data):
            if number == _NODE_DOMAIN:
                domain = _text(octets)
            elif number == _NODE_TYPE:
                kind = _text(octets)
            elif number == _NODE_ATTRIBUTES:
                self._attribute(octets, depth)
        self._domain(domain, kind)

    def _attribute(self, data: memoryview, depth: int) -> None:
        for number, _value, octets in _fields(data):
            if number in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                self._graph(octets, depth + 1)
            elif number in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                self._tensor(octets)
            elif number in (_ATTRIBUTE_SPARSE, _ATTRIBUTE_SPARSES):
                self._sparse(octets)

    def _sparse(self, data: memoryview) -> None:
        for number, _value, octets in _fields(data):
            if number in _SPARSE_PARTS:
                self._tensor(octets)

    def _tensor(self, data: memoryview) -> None:
        for number, value, _octets in _fields(data):
            if number == _TENSOR_EXTERNAL or (number == _TENSOR_LOCATION and value):
                raise self._refused("external")

    def _domain(self, domain: str, kind: str) -> None:
        if domain not in _STANDARD:
            raise self._refused("custom", operator=f"{domain[:60]}{'.' if kind else ''}{kind[:60]}")

    def _refused(self, what: str, **params: str) -> ModelRefused:
        return ModelRefused(path=self._name, problem=what, detail=f"detect-refused-{what}", **params)


def _fields(data: memoryview) -> Iterator[Field]:
    """Every field of a message, in order. Raises _NotOnnx."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        value, octets = 0, data[:0]
        if wire == _VARINT:
            value, at = _varint(data, at)
        elif wire in (_FIXED64, _FIXED32):
            at += 8 if wire == _FIXED64 else 4
        elif wire == _OCTETS:
            size, at = _varint(data, at)
            octets = data[at : at + size]
            at += size
        else:
            raise _NotOnnx("not a protocol buffer")
        if at > end or number == 0:
            raise _NotOnnx("the file breaks off")
        yield number, value, octets


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Value, and where it ends. Raises IndexError at the end of the data."""
    value = 0
    for shift in range(0, 70, 7):
        octet = data[at]
        at += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value, at
    raise _NotOnnx("not a protocol buffer")


def _text(octets: memoryview) -> str:
    return bytes(octets[:200]).decode()
