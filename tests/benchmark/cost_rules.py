"""The rules that Bursar and its peers make of the same promise."""

from collections.abc import Mapping
from typing import Final

from bursar.api.parse import parse_resource
from bursar.compiler.sla import compile_sla
from bursar.conventions import Kind

from .cost_promise import FAILED, TARGET, TOTAL, Engine, Group, selector
from .cost_pyrra import pyrra, pyrra_fast
from .cost_sloth import sloth
from .recorded import BareCluster


def bursar(service: str) -> tuple[Group, ...]:
    """Return the rules of an SLA with one ratio objective and all defaults."""
    ratio = {"total": selector(TOTAL, service), "bad": selector(FAILED, service)}
    objective = {"name": "availability", "target": TARGET, "indicator": {"ratio": ratio}}
    metadata = {"name": service, "namespace": "bench", "uid": service}
    sla = parse_resource(Kind.SLA, {"metadata": metadata, "spec": {"objectives": [objective]}})
    (rules,) = compile_sla(sla, BareCluster()).apply  # type: ignore[arg-type]
    return tuple(rules["spec"]["groups"])


BURSAR: Final = "Bursar"
PEERS: Final[Mapping[str, Engine]] = {"Sloth": sloth, "Pyrra": pyrra}
"""As they are by default."""

ENGINES: Final[Mapping[str, Engine]] = {BURSAR: bursar, **PEERS, "Pyrra, performance mode": pyrra_fast}
