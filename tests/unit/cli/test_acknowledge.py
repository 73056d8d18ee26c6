"""What `bursar ack` and `bursar unack` take, and how they end; what they do is tested on the real Alertmanager."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bursar.cli import main
from sandbox.process import free_port

PLACE = ["--alertmanager", "http://127.0.0.1:1", "-n", "shop"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ack", "sla/checkout", *PLACE], "Missing option '--for'"),
        (["ack", "sla/checkout", "--for", "2h"], "Missing option '--alertmanager'"),
        (["ack", "sla/checkout", "--for", "soon", *PLACE], "soon"),
        (["ack", "sla/checkout", "--for", "31d", *PLACE], "at most 30d"),
        (["ack", "checkout", "--for", "2h", *PLACE], "write KIND/NAME or KIND/NAME/PART"),
        (["ack", "pod/checkout", "--for", "2h", *PLACE], "write KIND/NAME or KIND/NAME/PART"),
        (["unack", "sla/", *PLACE], "write KIND/NAME or KIND/NAME/PART"),
        (["unack", "sla/x", "--alertmanager", "alertmanager:9093", "-n", "shop"], "alertmanager_url"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(main, arguments, env={"BURSAR_ALERTMANAGER_URL": ""})
    assert result.exit_code == 2, result.output
    assert message in result.output


def test_without_a_readable_kubeconfig_the_namespace_must_be_named(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("current-context: missing\ncontexts: []\n")
    arguments = ["unack", "sla/x", "--alertmanager", "http://127.0.0.1:1"]
    result = CliRunner().invoke(main, arguments, env={"KUBECONFIG": str(kubeconfig)})
    assert result.exit_code == 1
    assert result.output.startswith("Error: kubeconfig: ")
    assert result.output.endswith("; name the namespace with -n\n")


@pytest.mark.parametrize("kind", ["sla", "SLA", "slas", "arule", "AlertRule", "mtgt", "monitoringtargets"])
@pytest.mark.parametrize("command", [["ack", "--for", "2h"], ["unack"]])
def test_an_alertmanager_that_is_away_ends_it_with_its_address(command: list[str], kind: str) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    result = CliRunner().invoke(
        main, [*command, f"{kind}/checkout", "-n", "shop"], env={"BURSAR_ALERTMANAGER_URL": address}
    )
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {address}/api/v2/")
