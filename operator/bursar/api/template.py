"""What a tenant may write into the Go templates of alert labels and annotations.

Prometheus expands them with a function `query` that reads every namespace. Source:
https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
"""

import re
from typing import Final

_QUOTED: Final = r"""["](?:\\.|[^"\\])*["]|['](?:\\.|[^'\\])*[']|`[^`]*`"""
_COMMENT: Final = r"/\*[\s\S]*?\*/"
_ACTION: Final = re.compile(rf"""[{{][{{](?:{_COMMENT}|{_QUOTED}|[^}}"'`])*""")
_TEXT: Final = re.compile(f"{_COMMENT}|{_QUOTED}")
_CALL: Final = re.compile(r"(?<![.$\w])query\b")

QUERY_CALL_RE2: Final = rf"""[{{][{{]((?:{_QUOTED}|[^}}"'`])*[^}}"'`.$a-zA-Z0-9_])?query\b"""
"""The same for the API server, which cannot tell comments: it refuses a little more."""


def calls_query(template: str) -> bool:
    """Whether an action calls `query`; after a dot or a dollar it is a name, in quotes it is text."""
    if "query" not in template:
        return False
    return any(_CALL.search(_TEXT.sub(" ", action)) for action in _ACTION.findall(template))
