from pathlib import Path

import pytest

from pictures.__main__ import DOCUMENT, PICTURES, main, stale_files
from pictures.counters import Counter

ROOT = Path(__file__).parents[2]


def test_the_pictures_and_tables_are_those_of_the_code() -> None:
    assert list(stale_files(ROOT)) == [], "run `make pictures`"


def test_every_picture_is_shown() -> None:
    document = (ROOT / DOCUMENT).read_text()
    drawn = {path.name for path in (ROOT / PICTURES).iterdir()}
    assert {name for name in drawn if f"({PICTURES.name}/{name})" in document} == drawn


def test_what_is_written_by_hand_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    document = tmp_path / DOCUMENT
    document.write_text(
        "before\n<!-- table: slices -->\n<!-- end -->\nafter\n<!-- table: coarse -->\n<!-- end -->\nlast\n"
    )
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert str(DOCUMENT) in capsys.readouterr().err
    assert main(["--write", "--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
    by_hand = [line for line in document.read_text().splitlines() if line and not line.startswith(("<!--", "|"))]
    assert by_hand == ["before", "after", "last"]


@pytest.mark.parametrize(
    ("at", "window", "rate"),
    [
        (120, 120, 1.0),  # steady, and extrapolated to both ends
        (125, 120, 1.0),
        (30, 60, 0.5),  # never further back than to where the counter stood at 0
        (360, 120, 0.625),  # half a gap beyond the last sample
        (600, 60, None),  # no samples
        (0, 60, None),  # one sample is no rate
    ],
)
def test_a_rate_is_that_of_prometheus(at: float, window: float, rate: float | None) -> None:
    counter = Counter.scraped([30] * 10, [True] * 10, every=30)
    assert counter.rate(at, window) == pytest.approx(rate)
