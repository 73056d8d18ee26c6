import re

import pytest

from bursar.domain.templates import (
    ANNOTATION_TEXT,
    LABEL_TEXT,
    is_annotation_text,
    is_label_text,
)

PLAIN = ["", "plain text", "one { brace } alone", "ends with {", "two\nlines"]
LABELS = [
    "{{ $labels.region }}",
    "{{$labels.a}}-{{$labels.b}}",
    "{{- .Labels.region -}}",
    "{{ $externalLabels.cluster }}",
]
VALUES = ["{{ $value }}", "{{ .Value | humanizePercentage }}", "a {{$labels.a|toUpper}} b {{ $value | humanize }} c {"]
REFUSED = [
    '{{ query "up" }}',
    "{{ $value | query }}",
    '{{ "up" | query | first }}',
    "{{ $value | humanize | title }}",
    "{{ $value",
    "{{{ $value }}",
    "{{-$value }}",
    "{{ $labels }}",
    "{{/* comment */}}",
    "{{ end }}",
]


@pytest.mark.parametrize("text", [*PLAIN, *LABELS])
def test_a_label_may_hold_text_and_other_labels(text: str) -> None:
    assert is_label_text(text)


@pytest.mark.parametrize("text", [*PLAIN, *LABELS, *VALUES])
def test_an_annotation_may_hold_the_value_as_well(text: str) -> None:
    assert is_annotation_text(text)


@pytest.mark.parametrize("text", [*VALUES, *REFUSED])
def test_a_label_that_would_change_with_every_evaluation_is_refused(text: str) -> None:
    assert not is_label_text(text)


@pytest.mark.parametrize("text", REFUSED)
def test_anything_else_is_refused_in_an_annotation(text: str) -> None:
    assert not is_annotation_text(text)


@pytest.mark.parametrize("text", [*PLAIN, *LABELS, *VALUES, *REFUSED])
def test_the_patterns_alone_give_the_same_verdict(text: str) -> None:
    assert (re.search(LABEL_TEXT, text) is not None) is is_label_text(text)
    assert (re.search(ANNOTATION_TEXT, text) is not None) is is_annotation_text(text)
