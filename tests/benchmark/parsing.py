"""How fast PromQL is read: typical expressions of alerts and recordings, one after the other on one core."""

import time
from collections.abc import Callable
from typing import Final

from bursar.domain.promql.expression import parse
from bursar.domain.promql.matcher import Matcher, MatchOperator
from bursar.domain.promql.printer import print_canonical
from bursar.domain.promql.selection import confined

from .report import Figure, at_least

EXPRESSIONS: Final = (
    'up{job="checkout"} == 0',
    'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.01',
    'histogram_quantile(0.99, sum by (le, route) (rate(http_request_duration_seconds_bucket{job="api"}[5m]))) > 0.5',
    "predict_linear(node_filesystem_avail_bytes[6h], 4 * 3600) < 0 and node_filesystem_readonly == 0",
    'absent(up{job="node"}) or sum(up{job="node"}) < 3',
    "max_over_time(deriv(queue_length[10m])[1h:5m]) > 10 unless on (queue) queue_paused == 1",
    'kube_pod_status_ready{condition="true"} * on (namespace, pod) group_left (node) kube_pod_info',
    "(time() - process_start_time_seconds) / 86400 > 30",
    'increase(kube_pod_container_status_restarts_total{namespace="shop"}[1h] offset 5m) > 3',
    'label_replace(sum by (instance) (node_memory_Active_bytes), "host", "$1", "instance", "([^:]+):.*")',
)
ROUNDS: Final = 1000
TENANT: Final = Matcher("namespace", MatchOperator.EQUAL, "shop")


def parsing(share: int) -> list[Figure]:
    """Measure reading alone, and reading with all that is done to what was read."""

    def handled(text: str) -> None:
        expression = parse(text)
        confined(expression, TENANT)
        print_canonical(expression.root)

    return [
        Figure("expressions parsed and checked", _per_second(parse, ROUNDS // share), "/s", at_least(5000)),
        Figure("expressions parsed, confined and printed", _per_second(handled, ROUNDS // share), "/s"),
    ]


def _per_second(work: Callable[[str], object], rounds: int) -> float:
    start = time.process_time()
    for _ in range(rounds):
        for text in EXPRESSIONS:
            work(text)
    return rounds * len(EXPRESSIONS) / (time.process_time() - start)
