"""Presets: alerts that every target needs, from its signals alone."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from bursar.api.alerting import WhenAbsent
from bursar.api.base import ExactNumber, Model, PromDuration
from bursar.api.fields import Annotations, ItemName, Labels, TemplatedLine, TemplatedText
from bursar.api.rules import Rule
from bursar.conventions import Severity


class Preset(StrEnum):
    """What an alert of a target is about."""

    TARGET_DOWN = "TargetDown"
    HIGH_ERROR_RATE = "HighErrorRate"
    HIGH_LATENCY = "HighLatency"
    SATURATION = "Saturation"
    CACHE_HIT_RATE_LOW = "CacheHitRateLow"
    MEMORY_HIGH = "MemoryHigh"
    QUEUE_BACKLOG = "QueueBacklog"
    RATE_LIMIT_EXCEEDED = "RateLimitExceeded"
    SLOW_QUERIES = "SlowQueries"


_SHARES = (
    Preset.TARGET_DOWN,
    Preset.HIGH_ERROR_RATE,
    Preset.SATURATION,
    Preset.MEMORY_HIGH,
    Preset.RATE_LIMIT_EXCEEDED,
)
_DURATIONS = (Preset.HIGH_LATENCY, Preset.SLOW_QUERIES)
_EVENTS = (*_DURATIONS, Preset.HIGH_ERROR_RATE, Preset.CACHE_HIT_RATE_LOW, Preset.RATE_LIMIT_EXCEEDED)
_NAMED = (Preset.SATURATION, Preset.QUEUE_BACKLOG)

A_SHARE = Rule("self >= 0.0 && self <= 100.0", lambda percent: 0 <= percent <= 100, "a percentage is 0 to 100")
A_QUANTILE = Rule("self > 0.0 && self < 1.0", lambda share: 0 < share < 1, "a quantile is between 0 and 1: 0.95")


def _only_for(field: str, alias: str, presets: tuple[Preset, ...]) -> Rule:
    named = ", ".join(presets)
    return Rule(
        f"!has(self.{alias}) || self.preset in [{', '.join(map(repr, map(str, presets)))}]",
        lambda alert: getattr(alert, field) is None or alert.preset in presets,
        f"{alias} is for {named}; remove it",
    )


class PresetAlert(Model):
    """One alert of a target; what is not set is as sensible people have it."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        _only_for("above_percent", "abovePercent", _SHARES),
        _only_for("below_percent", "belowPercent", (Preset.CACHE_HIT_RATE_LOW,)),
        _only_for("above", "above", (Preset.QUEUE_BACKLOG,)),
        _only_for("quantile", "quantile", _DURATIONS),
        _only_for("slower_than", "slowerThan", _DURATIONS),
        _only_for("over", "over", _EVENTS),
        _only_for("min_events", "minEvents", _EVENTS),
        _only_for("signal", "signal", _NAMED),
        _only_for("when_absent", "whenAbsent", (Preset.TARGET_DOWN,)),
    )

    name: ItemName = Field(description="Name of the alert, unique in the target: errors.")
    preset: Preset = Field(
        description="TargetDown: addresses do not answer. HighErrorRate, HighLatency: from signals.requests and "
        "signals.latency. Saturation: one of signals.saturation. CacheHitRateLow: signals.cache. MemoryHigh: "
        "signals.memory. QueueBacklog: one of signals.queues. RateLimitExceeded: signals.rateLimit. SlowQueries: "
        "signals.queries."
    )
    enabled: bool = Field(default=True, description="Whether there is this alert. Default true.")
    severity: Severity | None = Field(
        default=None,
        description="How urgent it is. Default: TargetDown and HighErrorRate critical; CacheHitRateLow, "
        "RateLimitExceeded and SlowQueries medium; the others high.",
    )
    for_: PromDuration | None = Field(
        default=None,
        alias="for",
        description="How long it must hold. Default: TargetDown and HighErrorRate 2m, CacheHitRateLow and QueueBacklog "
        "10m, the others 5m.",
    )
    keep_firing_for: PromDuration | None = Field(
        default=None, description="How long it goes on after its cause ended, against flapping. Default: not."
    )
    above_percent: Annotated[ExactNumber, A_SHARE] | None = Field(
        default=None,
        description="Fire above this percentage: of addresses down (default 10), failed requests (5), what is used of "
        "a capacity (90) or of the memory (90), requests refused by a limit (1).",
    )
    below_percent: Annotated[ExactNumber, A_SHARE] | None = Field(
        default=None, description="CacheHitRateLow: fire below this percentage of hits. Default 80."
    )
    above: ExactNumber | None = Field(
        default=None, description="QueueBacklog: fire while more than this waits. Default 1000."
    )
    quantile: Annotated[ExactNumber, A_QUANTILE] | None = Field(
        default=None, description="HighLatency, SlowQueries: the share that must be fast enough. Default 0.95."
    )
    slower_than: PromDuration | None = Field(
        default=None,
        description="HighLatency, SlowQueries: what is too slow, at most the last finite bucket. Default 1s.",
    )
    over: PromDuration | None = Field(default=None, description="Over which window events are counted. Default 5m.")
    min_events: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000_000,
        description="How many events the window must hold, so that one failure at night is no news. Default 20.",
    )
    signal: ItemName | None = Field(
        default=None,
        description="Saturation, QueueBacklog: name of the signal; needed where the target has several of its kind.",
    )
    when_absent: WhenAbsent | None = Field(
        default=None,
        description="TargetDown: what it means that there is no address at all: alert, or ok where it is scaled to "
        "zero on purpose. Default alert.",
    )
    summary: TemplatedLine = Field(default="", description="One line for people. Default: what the alert is about.")
    description: TemplatedText = Field(default="", description="More for people: what it means and what to do.")
    labels: Labels = Field(default_factory=dict, description="Labels for the alert.")
    annotations: Annotations = Field(default_factory=dict, description="Annotations for the alert.")
