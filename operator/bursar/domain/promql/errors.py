"""The one error of this package: where a text is wrong, and what cures it."""


class PromqlError(ValueError):
    """PromQL that cannot be used; `str()` is `line:column: message`, both counted from 1, columns in characters."""

    def __init__(self, source: bytes, offset: int, message: str) -> None:
        """Take the text as UTF-8 and the offset in bytes at which it is wrong."""
        before = source[:offset].decode(errors="replace")
        self.offset = offset
        self.line = before.count("\n") + 1
        self.column = len(before) - before.rfind("\n")
        self.message = message
        super().__init__(f"{self.line}:{self.column}: {message}")
