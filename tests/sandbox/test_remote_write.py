"""A past that text cannot write down."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from sandbox.backfill import receiving_prometheus, served_blocks
from sandbox.process import SandboxError
from sandbox.remote_write import STALE, AnySeries, HistogramSeries, Series, send
from sandbox.web import read

START = round(datetime(2026, 5, 1, tzinfo=UTC).timestamp())
MINUTE = 60
MINUTES = range(1000 * START, 1000 * (START + 60 * MINUTE), 1000 * MINUTE)


def found(folder: Path, series: Sequence[AnySeries], *questions: tuple[str, int]) -> list[float | None]:
    """Ask a Prometheus that was given these series; a question is a query and a minute."""
    blocks = folder / "blocks"
    with receiving_prometheus(folder, blocks) as url:
        send(url, series)
    with served_blocks(folder, blocks) as url:
        return [value(url, query, START + minute * MINUTE) for query, minute in questions]


def value(url: str, query: str, at: int) -> float | None:
    result = json.loads(read(f"{url}/api/v1/query?query={quote(query)}&time={at}"))["data"]["result"]
    return float(result[0]["value"][1]) if result else None


@pytest.mark.sandbox
def test_samples_are_read_as_they_were_written(tmp_path: Path) -> None:
    values = [0.1 * n - 3 for n in range(60)]
    up = Series({"__name__": "x", "b": 'quoted "ü"', "a": "1"}, MINUTES, values)
    assert found(tmp_path, [up], ("x", 0), ('x{a="1",b="quoted \\"ü\\""}', 59), ("count_over_time(x[1h])", 59)) == [
        values[0],
        values[59],
        60,
    ]


@pytest.mark.sandbox
def test_a_series_ends_at_its_stale_marker(tmp_path: Path) -> None:
    lost = Series({"__name__": "x"}, MINUTES, [1.0] * 30 + [STALE] + [2.0] * 29)
    assert found(tmp_path, [lost], ("x", 29), ("x", 30), ("x", 31)) == [1, None, 2]


@pytest.mark.sandbox
def test_a_native_histogram_counts_by_bucket_and_ends_at_its_stale_marker(tmp_path: Path) -> None:
    counts = [(3 * n, n, 0, 4 * n) for n in range(59)]
    latency = HistogramSeries({"__name__": "x"}, MINUTES, [*counts, None], schema=0, first=-2)
    questions = (
        "histogram_count(x)",
        "histogram_fraction(0, 0.25, x)",
        "histogram_fraction(1, 2, x)",
        "histogram_sum(x)",
    )
    answers = found(tmp_path, [latency], *((query, 10) for query in questions), ("histogram_count(x)", 59))
    assert answers == [80, 3 / 8, 4 / 8, 30 * 0.25 + 10 * 0.5 + 40 * 2, None]


@pytest.mark.sandbox
def test_many_series_come_in_several_requests(tmp_path: Path) -> None:
    second = range(1000 * START, 1000 * (START + 3600), 1000)
    many = [Series({"__name__": "x", "n": str(n)}, second, [float(n)] * 3600) for n in range(150)]
    assert found(tmp_path, many, ("sum(count_over_time(x[1h]))", 60)) == [150 * 3599]


@pytest.mark.sandbox
def test_what_is_refused_is_told_in_the_words_of_prometheus(tmp_path: Path) -> None:
    later, earlier = (Series({"__name__": "x"}, [1000 * (START + second)], [1.0]) for second in (60, 0))
    with receiving_prometheus(tmp_path, tmp_path / "blocks") as url:
        send(url, [later])
        with pytest.raises(SandboxError, match="refused samples with 400: out of order sample"):
            send(url, [earlier])


def test_every_time_has_a_value() -> None:
    with pytest.raises(SandboxError, match="1 values for 2 times"):
        Series({"__name__": "x"}, [1000 * START, 1000 * START + 1000], [1.0]).encoded()
