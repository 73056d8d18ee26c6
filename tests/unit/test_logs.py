import json
import logging

import pytest

from bursar import logs


def test_a_line_is_one_json_object_with_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logs.configure(level="info")
        logging.getLogger("bursar.test").info("something happened", extra={"key": "SLA/shop/x"})
        logging.getLogger("bursar.test").debug("too much")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert (entry["level"], entry["logger"], entry["message"]) == ("INFO", "bursar.test", "something happened")
    assert entry["key"] == "SLA/shop/x"
    assert "time" in entry
