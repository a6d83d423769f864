"""Kubernetes `v1` ServiceAccount."""

from lateen.api.meta import Resource
from lateen.api.reference import LocalObjectReference, ObjectReference


class ServiceAccount(Resource):
    """The identity of workloads: its namespace and name become their SPIFFE id."""

    secrets: tuple[ObjectReference, ...] = ()
    image_pull_secrets: tuple[LocalObjectReference, ...] = ()
    automount_service_account_token: bool | None = None
