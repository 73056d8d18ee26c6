from datetime import timedelta

import pytest
from click.testing import CliRunner

from bursar.cli import main
from bursar.settings import Settings


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings that the operator would have been started with."""
    seen: list[Settings] = []

    async def run(settings: Settings) -> None:
        seen.append(settings)

    monkeypatch.setattr("bursar.app.run", run)
    return seen


def test_a_setting_comes_by_flag_or_by_environment_and_the_flag_wins(seen: list[Settings]) -> None:
    environment = {"BURSAR_WORKERS": "3", "BURSAR_FAST_INTERVAL": "15s", "BURSAR_NAMESPACES": "a, b"}
    flags = ["operator", "--workers", "5", "--object-labels", "release=kps,team=sre"]
    result = CliRunner().invoke(main, flags, env=environment)
    assert result.exit_code == 0, result.output
    assert seen[0].workers == 5
    assert seen[0].fast_interval == timedelta(seconds=15)
    assert seen[0].namespaces == ("a", "b")
    assert seen[0].object_labels == {"release": "kps", "team": "sre"}


def test_what_is_not_set_has_its_default(seen: list[Settings]) -> None:
    result = CliRunner().invoke(main, ["operator"], env={"BURSAR_NAMESPACES": ""})
    assert result.exit_code == 0, result.output
    assert seen == [Settings()]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--workers", "0"], "--workers: Input should be greater than or equal to 1"),
        (["--fast-interval", "soon"], "--fast-interval: "),
        (["--fast-interval", "3m"], "--fast-interval: Prometheus forgets a sample after 5m; use at most 2m"),
        (["--slow-interval", "6m"], "--slow-interval: Prometheus forgets a sample after 5m; use at most 5m"),
        (["--object-labels", "release"], "--object-labels: write key=value,key=value"),
        (["--prometheus-url", "prometheus:9090"], "--prometheus-url: "),
        (["--renew-deadline", "15s"], "--renew-deadline: must be shorter than --lease-duration, which is 15s"),
        (["--retry-period", "1m"], "--retry-period: must be shorter than --renew-deadline, which is 10s"),
        (["--lease-duration", "often"], "--lease-duration: "),
        (["--log-level", "loud"], "--log-level: "),
    ],
)
def test_a_bad_setting_is_named(seen: list[Settings], flags: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["operator", *flags])
    assert result.exit_code == 2
    assert message in result.output
    assert not seen


def test_every_setting_is_explained_by_help() -> None:
    output = CliRunner().invoke(main, ["operator", "--help"]).output
    for name in Settings.model_fields:
        assert f"--{name.replace('_', '-')}" in output
        assert f"BURSAR_{name.upper()}" in output


def test_budgets_are_read_as_often_as_they_are_recorded() -> None:
    assert Settings().refresh_interval == Settings().fast_interval
