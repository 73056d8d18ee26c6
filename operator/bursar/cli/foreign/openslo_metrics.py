"""SLIs of OpenSLO: ratios of counters, ratios that are ready, and values against a threshold."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from bursar.cli.foreign.openslo_windows import length
from bursar.cli.foreign.parts import mapping, number, text
from bursar.cli.foreign.queries import (
    WINDOW,
    Counted,
    averaged,
    counted,
    counter,
    mean_of_ratios,
    per_second,
    read,
    windowed,
)
from bursar.cli.foreign.remarks import Raw, Refusal, Remarks
from bursar.domain.decimals import plain
from bursar.domain.durations import format_duration
from bursar.domain.promql.build import sum_by
from bursar.domain.promql.expression import Expression

_SLICES: Final = (timedelta(minutes=1), timedelta(minutes=5))
_OPERATORS: Final = {"lte": "<=", "gte": ">=", "lt": "<", "gt": ">"}
_QUERY_FIELDS: Final = ("query", "promql", "expr")


class Documents(Protocol):
    """Where what is referred to is found."""

    def find(self, kind: str, name: object) -> Raw:
        """Return the document of that name; raises Refusal when there is none."""
        ...


class Budgeting(StrEnum):
    """What the budget is counted in."""

    OCCURRENCES = "Occurrences"
    TIMESLICES = "Timeslices"
    RATIO_TIMESLICES = "RatioTimeslices"


@dataclass(frozen=True, slots=True)
class Method:
    """A budgeting method; a slice is good when a share of `slice_target` of its events is."""

    budgeting: Budgeting
    slice: timedelta
    slice_target: Decimal | None

    @classmethod
    def of(cls, name: object, objective: Raw) -> "Method":
        """Read it; raises Refusal for one that does not exist."""
        given = text(name) or Budgeting.OCCURRENCES
        if given not in list(Budgeting):
            raise Refusal(f"budgetingMethod {given} is none of {', '.join(Budgeting)}")
        cut, share = objective.get("timeSliceWindow"), objective.get("timeSliceTarget")
        return cls(
            Budgeting(given),
            _SLICES[0] if cut is None else length(cut, what="timeSliceWindow"),
            None if share is None else number(share, what="timeSliceTarget"),
        )


def indicator(sli: Raw, objective: Raw, method: Method, remarks: Remarks, documents: Documents) -> Counted:
    """Find the indicator of an SLI for one objective; raises Refusal."""
    ratio, threshold = mapping(sli.get("ratioMetric")), mapping(sli.get("thresholdMetric"))
    if threshold:
        return _threshold(query(threshold, "thresholdMetric", documents), objective, method, remarks)
    if not ratio:
        raise Refusal("its SLI has neither ratioMetric nor thresholdMetric")
    if ratio.get("raw"):
        return _ready(ratio, method, remarks, documents)
    total, good, bad = (query(mapping(ratio.get(name)), name, documents) for name in ("total", "good", "bad"))
    if method.budgeting is Budgeting.OCCURRENCES:
        if ratio.get("counter") is False:
            return _gauges(total, good or bad, "good" if good else "bad", remarks)
        return counted(total, good=good, bad=bad, remarks=remarks)
    share = _share(read(good or bad, "good or bad"), read(total, "total"), remarks)
    return _sliced(_Shares.of(share, is_good=bool(good)), method, remarks)


def query(metric: Raw, name: str, documents: Documents) -> str:
    """Return the PromQL of a metric; empty when there is none. Raises Refusal for another kind of data source."""
    source = mapping(metric.get("metricSource"))
    if not source:
        return ""
    spec, type_ = mapping(source.get("spec")), text(source.get("type"))
    if not type_ and source.get("metricSourceRef"):
        type_ = text(mapping(documents.find("DataSource", source["metricSourceRef"]).get("spec")).get("type"))
    if type_.lower() != "prometheus":
        raise Refusal(f"{name} is read from {type_ or 'an unnamed source'}; only Prometheus can be asked")
    found = next((text(spec[field]) for field in _QUERY_FIELDS if spec.get(field)), "")
    if not found:
        raise Refusal(f"{name}: its spec has none of {', '.join(_QUERY_FIELDS)}")
    return found


def _gauges(total: str, part: str, name: str, remarks: Remarks) -> Counted:
    """Add up samples that are numbers of events themselves; what has a range already is left as it is."""
    remarks.changed("counter is false: every sample is taken for a number of events")
    (whole, by), (some, _) = _samples(total, remarks), _samples(part, remarks)
    return Counted({"expression": {name: some, "total": whole}}, by)


def _samples(given: str, remarks: Remarks) -> tuple[str, tuple[str, ...]]:
    query = read(given, "a query")
    summed = counter(query.root)
    if summed is None:
        return windowed(query, remarks), ()
    return sum_by(summed.labels, f"sum_over_time({summed.selector}[{WINDOW}])"), summed.labels


def _ready(ratio: Raw, method: Method, remarks: Remarks, documents: Documents) -> Counted:
    """Take a ratio that somebody else has computed."""
    share = averaged(read(query(mapping(ratio["raw"]), "raw", documents), "raw"))
    kind = text(ratio.get("rawType"))
    if kind not in ("success", "failure"):
        raise Refusal(f"rawType {kind or 'is missing'}: it is success or failure")
    shares = _Shares.of(f"({share})", is_good=kind == "success")
    if method.budgeting is Budgeting.TIMESLICES:
        return _sliced(shares, method, remarks)
    remarks.changed("a ratio without events weighs every moment alike, an idle night like a busy noon")
    return Counted(mean_of_ratios(shares.bad))


@dataclass(frozen=True, slots=True)
class _Shares:
    """The good and the bad share of the events of a window, as PromQL."""

    good: str
    bad: str

    @classmethod
    def of(cls, share: str, *, is_good: bool) -> "_Shares":
        """Complete one of them."""
        return cls(share, f"1 - {share}") if is_good else cls(f"1 - {share}", share)


def _share(part: Expression, total: Expression, remarks: Remarks) -> str:
    """Divide events by all events, in one window; nothing where there are none."""
    above, below = per_second(part, remarks), per_second(total, remarks)
    return f"(({above}) or ({below}) * 0) / (({below}) > 0)"


def _sliced(shares: _Shares, method: Method, remarks: Remarks) -> Counted:
    """Cut time into slices; a slice is good by its share of good events."""
    if method.budgeting is Budgeting.RATIO_TIMESLICES:
        remarks.changed(
            f"RatioTimeslices of {format_duration(method.slice)} are the ratios at every evaluation, over as long as "
            "Bursar takes rates; only for tiers up to an hour events are weighed"
        )
        return Counted(mean_of_ratios(shares.bad))
    if method.slice_target is None:
        raise Refusal("budgetingMethod Timeslices needs a timeSliceTarget")
    return _timeslice(f"{shares.good} >= {plain(method.slice_target)}", method, remarks)


def _timeslice(good: str, method: Method, remarks: Remarks) -> Counted:
    cut = min(_SLICES, key=lambda each: abs(each - method.slice))
    if cut != method.slice:
        remarks.changed(f"slices of {format_duration(method.slice)} are slices of {format_duration(cut)}")
    return Counted({"timeslice": {"slice": format_duration(cut), "good": good}})


def _threshold(given: str, objective: Raw, method: Method, remarks: Remarks) -> Counted:
    """Compare a value with that of the objective, slice by slice."""
    operator = _OPERATORS.get(text(objective.get("op")))
    if operator is None:
        raise Refusal(f"op {objective.get('op')!r} is none of {', '.join(_OPERATORS)}")
    value = plain(number(objective.get("value"), what="value"))
    good = f"{averaged(read(given, 'thresholdMetric'))} {operator} {value}"
    if method.budgeting is Budgeting.OCCURRENCES:
        remarks.changed("a value is no event: minutes whose mean is good are counted, instead of samples")
    elif method.slice_target not in (None, Decimal(1)):
        remarks.changed(
            f"timeSliceTarget {method.slice_target}: the mean of a slice decides, not a share of its samples"
        )
    return _timeslice(good, method, remarks)
