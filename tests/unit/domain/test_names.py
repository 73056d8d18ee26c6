import pytest

from bursar.domain.names import camel_case


@pytest.mark.parametrize(
    ("names", "word"),
    [
        (("checkout-queue-depth",), "CheckoutQueueDepth"),
        (("checkout", "errors"), "CheckoutErrors"),
        (("mail.stuck-2",), "MailStuck2"),
        (("a--b",), "AB"),
    ],
)
def test_names_of_resources_become_one_word(names: tuple[str, ...], word: str) -> None:
    assert camel_case(*names) == word
