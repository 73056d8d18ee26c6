"""The one place for the words of messages: templates that Alertmanager fills in for every notification.

Only functions that Alertmanager has had since 0.26 are used. All that comes out of labels and annotations is cut to a
length and escaped for the markup of the service, so that a value cannot mention, link or format anything, as far as the
service lets one escape it.
Source: https://prometheus.io/docs/alerting/latest/notifications/
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bursar.conventions import (
    INCIDENT,
    INCIDENT_GROUP,
    MONITORING_TARGET,
    NAMESPACE,
    OBJECTIVE,
    ROUTE,
    SEVERITY,
    SLA_LABEL,
    STEP,
    TEAM,
    Severity,
)

Template = str

_SHOWN_ELSEWHERE: Final = (
    *("alertname", NAMESPACE, SEVERITY, TEAM, SLA_LABEL, OBJECTIVE, MONITORING_TARGET),
    *(INCIDENT, INCIDENT_GROUP, STEP, ROUTE, "prometheus", "prometheus_replica"),
)
_TIME: Final = "`2006-01-02 15:04:05 UTC`"
_MARKDOWN_URL: Final = " | reReplaceAll `[(]` `%28` | reReplaceAll `[)]` `%29`"
_SEVERITIES: Final = (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)

# The route names the severity in our own word, whatever the house calls it.
_WORST: Final = (
    "{{ $routes := `` }}"
    "{{ range (or .Alerts.Firing .Alerts.Resolved) }}"
    f"{{{{ $routes = printf `%s %s` $routes .Labels.{ROUTE} }}}}{{{{ end }}}}"
    f"{{{{ $severity := `{Severity.INFO}` }}}}"
    f"{{{{ range (stringSlice {' '.join(f'`{severity}`' for severity in _SEVERITIES)}) }}}}"
    "{{ if match (printf `/%s/[0-9]+( |$)` .) $routes }}{{ $severity = . }}{{ end }}{{ end }}"
)


def by_severity(*, critical: str, high: str, medium: str, low: str, info: str) -> Template:
    """Choose a word by the worst severity of what fires, or of what has ended when nothing does."""
    words = {Severity.CRITICAL: critical, Severity.HIGH: high, Severity.MEDIUM: medium, Severity.LOW: low}
    choices = "{{ else }}".join(f"{{{{ if eq $severity `{severity}` }}}}{word}" for severity, word in words.items())
    return f"{_WORST}{choices}{{{{ else }}}}{info}{'{{ end }}' * len(words)}"


_WHAT: Final = "(or .Annotations.summary .Labels.alertname)"
_IN_COMMON: Final = "(or .CommonAnnotations.summary .CommonLabels.alertname `several alerts`)"
_SPAN: Final = (
    f"{{{{ if eq .Status `firing` }}}}Since {{{{ .StartsAt.UTC.Format {_TIME} }}}}"
    f"{{{{ else }}}}From {{{{ .StartsAt.UTC.Format {_TIME} }}}} to {{{{ .EndsAt.UTC.Format {_TIME} }}}}{{{{ end }}}}"
)


@dataclass(frozen=True, slots=True)
class Markup:
    """How a service writes, and how much it takes.

    `escape` is a pipeline for values, `escape_url` one for links, `escape_query` one for what a link asks for. Where a
    cut would break the markup, `special` are the characters that escaping makes longer: in a value with ten of them
    they become blanks. `alerts` is how many are listed of those that fire, and of those that have ended; `labels` how
    many labels of each; `text` and `url` how long a description and a link may be. `brief`: of several alerts neither
    descriptions nor links are shown.
    """

    link: Callable[[str, str], str]
    escape: str = ""
    escape_url: str = ""
    escape_query: str = " | urlquery | reReplaceAll `[+]` `%20`"
    special: str = ""
    strong: str = "%s"
    prose: str = "%s"
    newline: str = "\n"
    before_link: str = " · "
    alerts: int = 5
    labels: int = 6
    text: int = 1000
    url: int = 1500
    brief: bool = False

    @property
    def title(self) -> Template:
        """The subject behind the worst severity, or the word that it is over."""
        tag = "[{{ if eq .Status `firing` }}{{ toUpper $severity }}{{ else }}RESOLVED{{ end }}]"
        return f"{_WORST}{tag} {self.subject}"

    @property
    def subject(self) -> Template:
        """What it is about: the summary of one alert, or what several have in common."""
        one = f"{{{{ with index .Alerts 0 }}}}{self._value(_WHAT, 200)}{{{{ end }}}}"
        counts = (
            "{{ with .Alerts.Firing }}{{ len . }} firing{{ end }}"
            "{{ if and .Alerts.Firing .Alerts.Resolved }}, {{ end }}"
            "{{ with .Alerts.Resolved }}{{ len . }} resolved{{ end }}"
        )
        where = f"{{{{ with .CommonLabels.{NAMESPACE} }}}} ({self._value('.')}){{{{ end }}}}"
        several = f"{counts}: {self._value(_IN_COMMON, 200)}{where}"
        return f"{{{{ if eq (len .Alerts) 1 }}}}{one}{{{{ else }}}}{several}{{{{ end }}}}"

    @property
    def body(self) -> Template:
        """All that fires, then all that has ended."""
        both = f"{{{{ if and .Alerts.Firing .Alerts.Resolved }}}}{self.newline * 2}{{{{ end }}}}"
        return f"{self.listed('Firing')}{both}{self.listed('Resolved')}"

    def listed(self, status: str) -> Template:
        """Tell the whole of one alert, whose summary is in the title; list the first of several and count the rest."""
        gap = f"{{{{ if $index }}}}{self.newline * 2}{{{{ end }}}}"
        entry = f"{{{{ if lt $index {self.alerts} }}}}{gap}{self._entry(status)}{{{{ end }}}}"
        more = f"{self.newline * 2}+ {{{{ len (slice . {self.alerts}) }}}} more {status.lower()}"
        several = (
            f"{{{{ range $index, $alert := . }}}}{entry}{{{{ end }}}}"
            f"{{{{ if gt (len .) {self.alerts} }}}}{more}{{{{ end }}}}"
        )
        one = f"{{{{ if eq (len $.Alerts) 1 }}}}{{{{ with index . 0 }}}}{self._whole}{{{{ end }}}}{{{{ else }}}}"
        return f"{{{{ with .Alerts.{status} }}}}{one}{several}{{{{ end }}}}{{{{ end }}}}"

    @property
    def _whole(self) -> Template:
        links = (
            self._linked("Runbook", ".Annotations.runbook_url"),
            self._linked("Dashboard", ".Annotations.dashboard_url"),
            self._linked("Source", ".GeneratorURL"),
            self._silence,
        )
        return f"{self._description(self.text)}{self._identity}{self.newline}{_SPAN}{''.join(links)}"

    def _entry(self, status: str) -> Template:
        ended = "Resolved: " if status == "Resolved" else ""
        heading = f"{self.strong % (ended + self._value(_WHAT, 150))}{self.newline}"
        if self.brief:
            return f"{heading}{self._identity}"
        runbook = self._linked("Runbook", ".Annotations.runbook_url")
        return f"{heading}{self._description(200)}{self._identity}{self.newline}{_SPAN}{runbook}{self._silence}"

    def _description(self, length: int) -> Template:
        described = self.prose % self._cut(".Annotations.description", length)
        return f"{{{{ if .Annotations.description }}}}{described}{self.newline}{{{{ end }}}}"

    @property
    def _identity(self) -> Template:
        hidden = " ".join(f"`{name}`" for name in _SHOWN_ELSEWHERE)
        others = f"(.Labels.Remove (stringSlice {hidden})).SortedPairs"
        label = f"{self._value('.Name', 30)}={self._value('.Value')}"
        return (
            f"Severity {self._value(f'.Labels.{SEVERITY}')}, namespace {self._value(f'.Labels.{NAMESPACE}')}"
            f"{{{{ with .Labels.{TEAM} }}}}, team {self._value('.')}{{{{ end }}}}"
            f"{{{{ range $position, $label := {others} }}}}"
            f"{{{{ if lt $position {self.labels} }}}}, {label}{{{{ end }}}}{{{{ end }}}}"
        )

    def _linked(self, text: str, url: str) -> Template:
        safe = rf"(match `^https?://[^\s<>|\x60{{}}\x22]+$` {url}) (le (len {url}) {self.url})"
        few = f" (not (match `([{self.special}+].*?){{10}}` {url}))" if self.special else ""
        shown = self.link(text, f"{{{{ {url}{self.escape_url} }}}}")
        return f"{{{{ if and {safe}{few} }}}}{self.before_link}{shown}{{{{ end }}}}"

    @property
    def _silence(self) -> Template:
        """Link to Alertmanager's form for a silence of the alert with all of its steps."""
        matchers = f"{{{NAMESPACE}=%q,{INCIDENT}=%q,{INCIDENT_GROUP}=%q}}"
        values = f".Labels.{NAMESPACE} .Labels.{INCIDENT} .Labels.{INCIDENT_GROUP}"
        query = f"{{{{ printf `{matchers}` {values}{self.escape_query} }}}}"
        shown = self.link("Silence", f"{{{{ $.ExternalURL }}}}/#/silences/new?filter={query}")
        wanted = f"and (eq .Status `firing`) (le (len .Labels.{INCIDENT_GROUP}) 200)"
        return f"{{{{ if {wanted} }}}}{self.before_link}{shown}{{{{ end }}}}"

    def _value(self, expression: str, length: int = 60) -> Template:
        """Show a value on one line, cut and escaped."""
        return self._cut(rf"(reReplaceAll `\s+` ` ` {expression})", length)

    def _cut(self, expression: str, length: int) -> Template:
        shown = f"{{{{ printf `%.{length}s` {expression}{self.escape} }}}}"
        if not self.special:
            return shown
        blanked = f"{{{{ printf `%.{length}s` (reReplaceAll `[{self.special}]` ` ` {expression}) }}}}"
        crowded = f"match `(?s)([{self.special}].*?){{10}}` {expression}"
        return f"{{{{ if {crowded} }}}}{blanked}{{{{ else }}}}{shown}{{{{ end }}}}"


def bare_link(url: str) -> Template:
    """Show a link where it is one, and nothing otherwise.

    prometheus-operator checks templates of links by a parser that knows no function of Alertmanager's.
    """
    fits = f"(ge (len {url}) 8) (le (len {url}) 1500) (eq (slice {url} 0 4) `http`)"
    return f"{{{{ if and {fits} }}}}{{{{ {url} }}}}{{{{ end }}}}"


def bare_source() -> Template:
    """Show the link to Prometheus of an alert that is alone."""
    source = bare_link(".GeneratorURL")
    return f"{{{{ if eq (len .Alerts) 1 }}}}{{{{ with index .Alerts 0 }}}}{source}{{{{ end }}}}{{{{ end }}}}"


PLAIN: Final = Markup(link=lambda text, url: f"{text}: {url}", before_link="\n", alerts=10)
SHORT: Final = replace(PLAIN, alerts=3)
SLACK: Final = Markup(
    link=lambda text, url: f"<{url}|{text}>",
    escape=" | reReplaceAll `&` `&amp;` | reReplaceAll `<` `&lt;` | reReplaceAll `>` `&gt;`",
    escape_url=" | reReplaceAll `&` `&amp;`",
    strong="*%s*",
)
# Markup of this kind is escaped by Alertmanager itself, as the place of a value demands.
HTML: Final = Markup(
    link=lambda text, url: f'<a href="{url}">{text}</a>',
    escape_query="",
    strong="<b>%s</b>",
    prose='<span style="white-space: pre-line">%s</span>',
    newline="<br>\n",
    alerts=10,
)
TELEGRAM: Final = Markup(
    link=HTML.link,
    escape_query="",
    special="<>&\"'",
    strong=HTML.strong,
    alerts=3,
    labels=3,
    text=500,
    url=300,
    brief=True,
)
DISCORD: Final = Markup(
    link=lambda text, url: f"[{text}]({url})",
    escape=r" | reReplaceAll `([][\\*_~|<>#\x60])` `\$1`",
    escape_url=_MARKDOWN_URL,
    strong="**%s**",
    url=500,
)
# A card knows bold, lists and links, and no common way to escape: what makes a link of a value is taken apart.
TEAMS: Final = Markup(
    link=DISCORD.link,
    escape=r" | reReplaceAll `\]\(` `] (`",
    escape_url=_MARKDOWN_URL,
    strong="**%s**",
    newline="\n\n",
)
