"""Every name that other programs see: groups, labels, metrics, reasons, field managers.

A name is spelled here once. Changing one is an interface change: series, selectors, dashboards and GitOps tools
depend on them.
"""

from enum import StrEnum
from typing import Final

PRODUCT: Final = "bursar"
GROUP: Final = "bursar.dev"
VERSION: Final = "v1alpha1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
CATEGORY: Final = "bursar"
MONITORING_GROUP: Final = "monitoring.coreos.com"


class Kind(StrEnum):
    """The kinds that a user writes."""

    __hash__ = str.__hash__  # an enumeration's own is slow, and every key has one

    MONITORING_TARGET = "MonitoringTarget"
    SLA = "SLA"
    ALERT_RULE = "AlertRule"
    NOTIFICATION_CHANNEL = "NotificationChannel"


class ChildKind(StrEnum):
    """The kinds that Bursar generates."""

    __hash__ = str.__hash__

    SERVICE_MONITOR = "ServiceMonitor"
    POD_MONITOR = "PodMonitor"
    PROBE = "Probe"
    SCRAPE_CONFIG = "ScrapeConfig"
    PROMETHEUS_RULE = "PrometheusRule"
    ALERTMANAGER_CONFIG = "AlertmanagerConfig"


# Labels and annotations of Kubernetes objects.
MANAGED_BY_LABEL: Final = "app.kubernetes.io/managed-by"
OWNER_KIND_LABEL: Final = f"{GROUP}/owner-kind"
OWNER_NAME_LABEL: Final = f"{GROUP}/owner-name"
SHARED: Final = "Namespace"  # as owner kind: the object belongs to all of its namespace
REQUESTED_AT_ANNOTATION: Final = f"{GROUP}/requestedAt"

# Field managers: one for what is generated, two for the two halves of a status.
FIELD_MANAGER: Final = "bursar"
STATUS_MANAGER: Final = "bursar-status"
OBSERVED_MANAGER: Final = "bursar-observed"

# Labels of series. The first three are the identity of an objective.
NAMESPACE: Final = "namespace"
SLA_LABEL: Final = "sla"
OBJECTIVE: Final = "objective"
MONITORING_TARGET: Final = "monitoring_target"
SEVERITY: Final = "severity"
TEAM: Final = "team"
INCIDENT: Final = "bursar_incident"
INCIDENT_GROUP: Final = "bursar_group"
STEP: Final = "bursar_step"
ROUTE: Final = "bursar_route"
REMAINING_BELOW: Final = "bursar_remaining_below"
DEFINITION: Final = "definition"

RESERVED_LABELS: Final = frozenset(
    {NAMESPACE, SLA_LABEL, OBJECTIVE, "alertname", "alertstate", SEVERITY, TEAM, MONITORING_TARGET}
)
RESERVED_LABEL_PREFIX: Final = "bursar_"

# Recorded series of an objective.
SLI_TOTAL_RATE: Final = "bursar:sli_total:rate"
SLI_BAD_RATE: Final = "bursar:sli_bad:rate"
SLI_ERROR_RATIO: Final = "bursar:sli_error:ratio"  # followed by _<window> or _period
SLI_ERROR_RATIO_PERIOD: Final = "bursar:sli_error:ratio_period"
SLICE_GOOD: Final = "bursar:slice_good"
SLICE_MEASURED: Final = "bursar:slice_measured"
BUDGET_TOTAL_SUM: Final = "bursar:budget_total:sum"
BUDGET_BAD_SUM: Final = "bursar:budget_bad:sum"
PERIOD_TOTAL_EVENTS: Final = "bursar:events:period_total"
PERIOD_BAD_EVENTS: Final = "bursar:events:period_bad"
COVERAGE_RATIO: Final = "bursar:coverage:ratio_period"
BUDGET_REMAINING: Final = "bursar:error_budget:remaining"
TRAFFIC_LOW: Final = "bursar:traffic:low"
PAGE_ACTIVE: Final = "bursar:page:active"
OBJECTIVE_INFO: Final = "bursar_objective_info"
ALERT_INFO: Final = "bursar_alert_info"

PAGE_ALERT: Final = "ErrorBudgetBurnPage"
TICKET_ALERT: Final = "ErrorBudgetBurnTicket"
BUDGET_ALERT: Final = "ErrorBudgetLow"
EXHAUSTION_ALERT: Final = "ErrorBudgetExhaustion"
NO_DATA_ALERT: Final = "ErrorBudgetNoData"

INHIBITION: Final = "bursar-inhibition"  # the AlertmanagerConfig of a namespace that has alerts


class Severity(StrEnum):
    """How urgent an alert is; the platform may map these to its own words."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class ConditionType(StrEnum):
    """The conditions of a status; the first three follow the kstatus rules."""

    READY = "Ready"
    RECONCILING = "Reconciling"
    STALLED = "Stalled"
    SELECTED = "Selected"
    ROUTED = "Routed"
    SECRET_FOUND = "SecretFound"
    ROUTE_LOADED = "RouteLoaded"
    RULES_LOADED = "RulesLoaded"
    DATA_FRESH = "DataFresh"
    DATA_QUALITY = "DataQuality"
    TIERS_REACHABLE = "TiersReachable"
    BUDGET_HEALTHY = "BudgetHealthy"
    TARGETS_UP = "TargetsUp"
    SIGNALS_FOUND = "SignalsFound"
    ALERTS_COMPLETE = "AlertsComplete"
    TESTS_PASSED = "TestsPassed"


class Reason(StrEnum):
    """Why a condition or an Event says what it says: a closed set."""

    SUCCEEDED = "Succeeded"
    PROGRESSING = "Progressing"
    PROGRESSING_WITH_RETRY = "ProgressingWithRetry"
    SUSPENDED = "Suspended"
    DEPENDENCY_NOT_READY = "DependencyNotReady"
    INVALID_SPEC = "InvalidSpec"
    NOT_OWNED = "NotOwned"
    CONTESTED = "Contested"
    INTERNAL_ERROR = "InternalError"
    REJECTED = "Rejected"  # by prometheus-operator
    DRIFT_REPAIRED = "DriftRepaired"

    SELECTED = "Selected"
    LABEL_MISSING = "LabelMissing"
    NAMESPACE_NOT_SELECTED = "NamespaceNotSelected"
    NO_PROMETHEUS = "NoPrometheus"
    NO_ALERTMANAGER = "NoAlertmanager"
    NOT_PERMITTED = "NotPermitted"
    NOTHING_TO_SELECT = "NothingToSelect"
    ROUTED = "Routed"
    NO_CHANNEL = "NoChannel"
    CHANNEL_NOT_FOUND = "ChannelNotFound"
    SECRET_MISSING = "SecretMissing"
    KEY_MISSING = "KeyMissing"

    LOADED = "Loaded"
    NOT_LOADED = "NotLoaded"
    RULE_FAILED = "RuleFailed"
    FRESH = "Fresh"
    UNREACHABLE = "Unreachable"
    NO_DATA = "NoData"
    COMPLETE = "Complete"
    LOW_COVERAGE = "LowCoverage"
    RATIO_OUT_OF_RANGE = "RatioOutOfRange"
    BUCKET_MISSING = "BucketMissing"
    DUPLICATE_SERIES = "DuplicateSeries"
    COUNTER_BORN_LATE = "CounterBornLate"
    TOO_MANY_GROUPS = "TooManyGroups"
    REACHABLE = "Reachable"
    TIER_DROPPED = "TierDropped"
    NO_PAGE = "NoPage"
    LOW_TRAFFIC = "LowTraffic"
    TOO_COARSE = "TooCoarse"
    WITHIN_BUDGET = "WithinBudget"
    AT_RISK = "AtRisk"
    BURNING = "Burning"
    EXHAUSTED = "Exhausted"

    ALL_UP = "AllUp"
    SOME_DOWN = "SomeDown"
    NO_TARGETS = "NoTargets"
    NO_SCRAPE = "NoScrape"
    FOUND = "Found"
    NOT_FOUND = "NotFound"
    NO_SIGNALS = "NoSignals"
    SIGNAL_MISSING = "SignalMissing"
    PASSED = "Passed"
    FAILED = "Failed"
    NOT_RUN = "NotRun"
