"""Many alerts and the channels that they go to: applied at once, edited one by one, and what an edit rewrites."""

import time
from collections import Counter
from typing import Final

from sandbox.operator import OperatorProcess

from .load import BURSAR, CONFIGS, Manifest, alert_rule, channel, collection, path_of
from .many import applied_at_once
from .place import NAMESPACE, Place, fresh_place
from .report import Figure, exactly
from .single import edits
from .starting import quiet
from .watching import Seen, Watching

CHANNELS: Final = 20
PATIENCE_SECONDS: Final = 60.0
CALM_SECONDS: Final = 5.0  # longer than anything is put off
_CONFIGS: Final = collection(CONFIGS, NAMESPACE, "AlertmanagerConfig")


def alerting(count: int, share: int) -> list[Figure]:
    """Measure so many AlertRules on twenty channels."""
    channels = tuple(channel(NAMESPACE, _channel(number)) for number in range(CHANNELS))
    rules = tuple(alert_rule(NAMESPACE, number, channel=_channel(number)) for number in range(count))
    with fresh_place() as place:
        with place.operator() as operator:
            operator.wait_ready()
            figures = applied_at_once(place, operator, (*channels, *rules))
            time.sleep(CALM_SECONDS)
            figures += _edits(place, operator, count, share)
        return figures + quiet(place, count)


def _edits(place: Place, operator: OperatorProcess, count: int, share: int) -> list[Figure]:
    operator.process.check()
    edited = [
        alert_rule(NAMESPACE, number % count, channel=_channel(number), above=2000 + number)
        for number in range(1, 100 // share)
    ]
    return [
        *edits(place, edited),
        *_rewritten(place, "one threshold", alert_rule(NAMESPACE, 0, channel=_channel(0), above=1), rules=1, configs=0),
        *_rewritten(place, "who is told", alert_rule(NAMESPACE, 0, channel=_channel(1), above=1), rules=0, configs=2),
    ]


def _rewritten(place: Place, what: str, edited: Manifest, *, rules: int, configs: int) -> list[Figure]:
    """Count the objects that one edit rewrites."""
    mark = place.mark()
    with Watching(place.server, (collection(BURSAR, NAMESPACE, "AlertRule"), _CONFIGS)) as watching:
        place.api.merge(path_of(edited), {"spec": edited["spec"]})
        name, wanted = edited["metadata"]["name"], edited["spec"]["condition"]
        watching.until(lambda seen: _is_handled(seen, name, wanted), seconds=PATIENCE_SECONDS, what=f"the edit: {what}")
    time.sleep(CALM_SECONDS)
    written = Counter(event["objectRef"]["resource"] for event in place.writes_since(mark))
    return [
        Figure(f"edit of {what}: PrometheusRules written", written["prometheusrules"], "", exactly(rules)),
        Figure(f"edit of {what}: AlertmanagerConfigs written", written["alertmanagerconfigs"], "", exactly(configs)),
    ]


def _is_handled(seen: Seen, name: str, condition: object) -> bool:
    metadata = seen.object["metadata"]
    if seen.gone or metadata["name"] != name or seen.object["spec"].get("condition") != condition:
        return False
    return bool(seen.object.get("status", {}).get("observedGeneration") == metadata["generation"])


def _channel(number: int) -> str:
    return f"channel-{number % CHANNELS}"
