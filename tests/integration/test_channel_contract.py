"""What the API server refuses of a channel, before any operator sees it, in the words of the models."""

import json
from typing import Any

import pytest

from fakes.channel_specs import REFUSED_BY_BOTH
from sandbox.cluster import Cluster
from sandbox.process import SandboxError


@pytest.mark.parametrize(("spec", "path", "message"), REFUSED_BY_BOTH)
def test_the_api_server_refuses_a_channel_in_our_words(
    control_plane: Cluster, namespace: str, spec: dict[str, Any], path: str, message: str
) -> None:
    metadata = {"name": "bad", "namespace": namespace}
    channel = {"apiVersion": "bursar.dev/v1alpha1", "kind": "NotificationChannel", "metadata": metadata, "spec": spec}
    with pytest.raises(SandboxError) as refused:
        control_plane.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(channel))
    assert path in str(refused.value)
    assert message in str(refused.value)
