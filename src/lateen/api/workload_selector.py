"""WorkloadSelector of `istio.io/api` type/v1beta1: of DestinationRule and the kinds that select workloads."""

from lateen.api.meta import Message


class WorkloadSelector(Message):
    """The workloads whose labels include all of `match_labels`; empty: all of the namespace."""

    match_labels: dict[str, str] = {}
