import pytest

from bursar.domain.markdown import plain_markdown


@pytest.mark.parametrize(
    "text", ["# Title\n\n**bold** `a < b` [x](https://x.example)", "1 < 2", "a <- b", "metadata: x"]
)
def test_markdown_is_accepted(text: str) -> None:
    assert plain_markdown(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<script>",
        "</p>",
        "<IMG src=x>",
        "<!-- -->",
        "[x](javascript:alert(1))",
        "[x](JavaScript:y)",
        "(data:text/html,x)",
    ],
)
def test_what_a_browser_could_run_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write Markdown without HTML"):
        plain_markdown(text)
