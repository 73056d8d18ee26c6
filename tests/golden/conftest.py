import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        default=False,
        help="write what is compiled now as expected; review the difference like code",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to overwrite the expected files: `pytest tests/golden --update-golden`."""
    return bool(request.config.getoption("--update-golden", default=False))
