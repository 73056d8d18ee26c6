"""The threat model is backed by tests, and the image keeps what it says."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
THREATS = [line for line in (ROOT / "SECURITY.md").read_text().splitlines() if re.match(r"\| \d+ \|", line)]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_every_threat_has_a_test_or_is_called_open() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(THREATS) >= 17
    for threat in THREATS:
        named = re.findall("`(test_[a-z0-9_]+)`", threat)
        assert named or "**open**" in threat, threat
        assert [name for name in named if f"def {name}(" not in tests] == [], threat


def test_the_image_installs_only_what_is_locked_and_runs_as_nobody() -> None:
    installs = re.findall(r"pip (?:--python \S+ )?install ([^\n]*)", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)
    assert "--no-build-isolation" in DOCKERFILE
    deployment = (ROOT / "charts" / "bursar" / "templates" / "deployment.yaml").read_text()
    (user,) = re.findall(r"runAsUser: (\d+)", deployment)
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == [f"{user}:{user}"]


def test_the_image_does_what_the_chart_asks_of_it() -> None:
    deployment = (ROOT / "charts" / "bursar" / "templates" / "deployment.yaml").read_text()
    (arguments,) = re.findall(r"args: (\[.*\])", deployment)
    assert yaml.safe_load(arguments) == ["operator"]
    assert 'ENTRYPOINT ["bursar"]' in DOCKERFILE
