"""Workloads of tests, each of one pod that runs a command in place of its image."""

import json
from collections.abc import Mapping

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: {app}, version: {version}}}}}
  template:
    metadata:
      labels: {labels}
      annotations: {{lateen.dev/image.app: {command}}}
    spec:
      terminationGracePeriodSeconds: 0
      volumes: [{{name: tls, secret: {{secretName: {app}, optional: true}}}}]
      containers:
      - {{name: app, image: "example.com/app:1", volumeMounts: [{{name: tls, mountPath: /etc/tls}}]}}
---
"""


def deployment(name: str, command: str, namespace: str = "default", labels: Mapping[str, str] | None = None) -> str:
    """A workload as a YAML document. `name` ends in its version; a Secret with the app's name is at /etc/tls."""
    app, _, version = name.rpartition("-")
    return DEPLOYMENT.format(
        name=name,
        namespace=namespace,
        app=app,
        version=version,
        labels=json.dumps({"app": app, "version": version, **(labels or {})}),
        command=json.dumps(command),
    )
