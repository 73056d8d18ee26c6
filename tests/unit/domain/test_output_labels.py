"""Which labels a result may have: `+` those of the list that it may, `-` those that it may not."""

import pytest

from bursar.domain.output_labels import output_labels
from bursar.domain.promql.expression import parse

CASES = [
    ("up", "job pod", ""),
    ("sum(up)", "", "job pod"),
    ("sum by (job) (up)", "job", "pod"),
    ("sum without (pod) (up)", "job", "pod"),
    ("sum without (pod) (sum by (job) (up))", "job", "pod zone"),
    ("sum by (job) (sum without (job) (up))", "", "job"),
    ("topk(3, sum by (job) (up))", "job", "pod"),
    ('count_values("version", build_info)', "version", "job"),
    ("quantile(0.9, up)", "", "job"),
    ("rate(a_total[5m])", "job", ""),
    ("max_over_time(sum by (job) (up)[1h:])", "job", "pod"),
    ("quantile_over_time(0.9, up[5m])", "job", ""),
    ("histogram_quantile(0.9, sum by (le, job) (rate(a_bucket[5m])))", "job", "le pod"),
    ('absent(up{job="x",pod=~"y"})', "job", "pod zone"),
    ("absent(sum(up))", "", "job"),
    ('label_replace(sum(up), "zone", "x", "", "")', "zone", "job"),
    ('label_join(up, "zone", "-", "a", "b")', "zone job", ""),
    ("vector(1)", "", "job"),
    ("hour()", "", "job"),
    ("-sum by (job) (up)", "job", "pod"),
    ("(sum(up))", "", "job"),
    ("sum by (job) (up) > 5", "job", "pod"),
    ("5 < sum by (job) (up)", "job", "pod"),
    ("scalar(up) * sum by (job) (up)", "job", "pod"),
    ("sum by (job) (a) / b", "job", "pod"),
    ("a / sum by (job) (b)", "job", "pod"),
    ("a / on (job) b", "job", "pod"),
    ("a / ignoring (pod) b", "job", "pod"),
    ("a * on (job) group_left (zone) sum by (job, zone) (b)", "job pod zone", ""),
    ("sum by (job) (a) * on (job) group_right (zone) sum by (job, pod) (b)", "job pod zone", "le"),
    ("sum by (job) (a) and on () b", "job", "pod"),
    ("sum by (job) (a) unless b", "job", "pod"),
    ("sum by (job) (a) or sum by (pod) (b)", "job pod", "zone"),
    ("sum without (job) (a) or sum by (pod) (b)", "pod zone", "job"),
    ("sum by (pod) (a) or sum without (job) (b)", "pod zone", "job"),
    ("sum without (job, pod) (a) or sum without (job, zone) (b)", "pod zone", "job"),
]


@pytest.mark.parametrize(("expression", "may", "may_not"), CASES)
def test_the_labels_of_a_result_are_known(expression: str, may: str, may_not: str) -> None:
    found = output_labels(parse(expression).root)
    assert {label for label in (*may.split(), *may_not.split()) if found.may_have(label)} == {*may.split()}
