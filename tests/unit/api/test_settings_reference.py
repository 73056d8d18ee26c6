from bursar.api.settings_reference import settings_reference
from bursar.settings import Settings

LINES = settings_reference().splitlines()


def row(flag: str) -> str:
    return next(line for line in LINES if line.startswith(f"| `{flag}` |"))


def test_every_setting_has_a_row_with_its_meaning() -> None:
    for name, field in Settings.model_fields.items():
        assert f"| `BURSAR_{name.upper()}` |" in row(f"--{name.replace('_', '-')}")
        assert field.description is not None
        assert field.description in row(f"--{name.replace('_', '-')}")


def test_a_default_stands_as_it_would_be_written() -> None:
    assert "| `5m` |" in row("--signals-interval")
    assert "| `16` |" in row("--workers")
    assert "| – |" in row("--slow-interval")


def test_a_setting_is_named_as_the_chart_takes_it() -> None:
    assert "| `settings.prometheusUrl` |" in row("--prometheus-url")
    assert "| `service.port` |" in row("--listen-port")


def test_a_default_that_is_a_map_is_written_as_it_is_given() -> None:
    assert "| `grafana_dashboard=1` |" in settings_reference()
