import pytest


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to overwrite the expected files: `pytest tests/golden --update-golden`."""
    return bool(request.config.getoption("--update-golden"))
