"""Samples as remote write carries them: what OpenMetrics text cannot say, stale markers and native histograms.

The protocol: https://prometheus.io/docs/specs/prw/remote_write_spec/. Bodies are framed as Snappy demands, with nothing
compressed in them: they do not leave this machine.
"""

import struct
from array import array
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import mul
from typing import Final, TypeAlias

from sandbox.process import SandboxError
from sandbox.web import request

STALE: Final = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The value that ends a series: what Prometheus writes when a series is not there any more."""

_HEADERS: Final = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}
_MOST_BYTES: Final = 8_000_000  # of one request
_SECONDS: Final = 120.0

# A sample has the same length whatever its value is, for the times of this century all take six bytes.
_EMPTY_SAMPLE: Final = b"\x12\x10\x09" + bytes(8) + b"\x10" + bytes(6)
_SAMPLE: Final = len(_EMPTY_SAMPLE)
_VALUE_AT: Final = 3
_TIME_AT: Final = 12


@dataclass(frozen=True, slots=True)
class Series:
    """One series: at each of `times` (ms, ascending) one value; `labels` include `__name__`."""

    labels: Mapping[str, str]
    times: Sequence[int]
    values: Sequence[float]

    def encoded(self) -> bytes:
        """Write as the message TimeSeries."""
        return _labels(self.labels) + _samples(self.times, self.values)


@dataclass(frozen=True, slots=True)
class HistogramSeries:
    """One native histogram of counts: at each of `times` the events so far of neighbouring buckets; None is stale.

    With `schema` n, bucket i ends at 2^(i / 2^n); `first` is the i of the first bucket. The sum of the observed values
    is written as if each were the end of its bucket.
    """

    labels: Mapping[str, str]
    times: Sequence[int]
    values: Sequence[Sequence[int] | None]
    schema: int
    first: int

    def encoded(self) -> bytes:
        """Write as the message TimeSeries."""
        length = max((len(counts) for counts in self.values if counts is not None), default=0)
        ends = [2 ** ((self.first + n) / 2**self.schema) for n in range(length)]
        span = _number(1, _zigzag(self.first)) + _number(2, length)
        layout = _number(4, _zigzag(self.schema)) + _NO_ZEROS + _message(11, span)
        return _labels(self.labels) + b"".join(
            _message(4, (_STALE_HISTOGRAM if counts is None else _counted(counts, ends, layout)) + _number(15, at))
            for at, counts in zip(self.times, self.values, strict=True)
        )


AnySeries: TypeAlias = Series | HistogramSeries


def send(url: str, series: Iterable[AnySeries]) -> None:
    """Write series to a Prometheus that takes them; raises SandboxError when it refuses."""
    waiting, size = [], 0
    for each in series:
        waiting.append(_message(1, each.encoded()))
        size += len(waiting[-1])
        if size > _MOST_BYTES:
            _post(url, b"".join(waiting))
            waiting, size = [], 0
    if waiting:
        _post(url, b"".join(waiting))


def _post(url: str, body: bytes) -> None:
    answer = request("POST", f"{url}/api/v1/write", body=_snappy(body), headers=_HEADERS, seconds=_SECONDS)
    if answer.status >= 300:
        raise SandboxError(f"{url} refused samples with {answer.status}: {answer.text}")


def _snappy(body: bytes) -> bytes:
    """Frame as one literal with a length of four bytes."""
    return _varint(len(body)) + b"\xfc" + struct.pack("<I", len(body) - 1) + body


def _labels(labels: Mapping[str, str]) -> bytes:
    return b"".join(_message(1, _text(1, name) + _text(2, value)) for name, value in sorted(labels.items()))


def _samples(times: Sequence[int], values: Sequence[float]) -> bytes:
    """Fill values into a form in which only they are missing: the n-th bytes of all of them at once."""
    written = array("d", values).tobytes()
    form = bytearray(_form(times if isinstance(times, Hashable) else tuple(times)))
    if len(written) // 8 != len(form) // _SAMPLE:
        raise SandboxError(f"{len(values)} values for {len(times)} times")
    for byte in range(8):
        form[_VALUE_AT + byte :: _SAMPLE] = written[byte::8]
    return bytes(form)


@lru_cache(maxsize=32)
def _form(times: Sequence[int]) -> bytes:
    form = bytearray(_EMPTY_SAMPLE * len(times))
    for byte, shift in enumerate(range(0, 42, 7)):
        more = 0x80 if shift < 35 else 0
        form[_TIME_AT + byte :: _SAMPLE] = bytes([at >> shift & 0x7F | more for at in times])
    return bytes(form)


def _counted(counts: Sequence[int], ends: Sequence[float], layout: bytes) -> bytes:
    deltas = b"".join([_varint(_zigzag(count - before)) for before, count in pairwise((0, *counts))])
    total = sum(map(mul, counts, ends))
    return _number(1, sum(counts)) + _double(3, total) + layout + _message(12, deltas)


def _message(field_number: int, content: bytes) -> bytes:
    return bytes((field_number << 3 | 2,)) + _varint(len(content)) + content


def _text(field_number: int, content: str) -> bytes:
    return _message(field_number, content.encode())


def _number(field_number: int, value: int) -> bytes:
    return bytes((field_number << 3,)) + _varint(value)


def _double(field_number: int, value: float) -> bytes:
    return bytes((field_number << 3 | 1,)) + struct.pack("<d", value)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(value: int) -> bytes:
    written = []
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*written, value))


_STALE_HISTOGRAM: Final = _double(3, STALE)
_NO_ZEROS: Final = _double(5, 2.0**-128) + _number(6, 0)  # the threshold of the zero bucket, and what is in it
