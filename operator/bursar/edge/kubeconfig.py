"""Where the credentials come from: a kubeconfig where there is one, else the Pod's ServiceAccount."""

import os
from pathlib import Path


def kubeconfig_exists() -> bool:
    """Tell whether a kubeconfig is to be used; KUBECONFIG may name several files, as for kubectl."""
    named = os.environ.get("KUBECONFIG", "~/.kube/config").split(os.pathsep)
    return any(Path(name).expanduser().is_file() for name in named if name)
