"""Kubernetes `v1` Event."""

from lateen.api.meta import Message, Resource
from lateen.api.reference import ObjectReference
from lateen.api.scalar import Int32


class EventSource(Message):
    """Who saw it."""

    component: str = ""
    host: str = ""


class EventSeries(Message):
    """How often it was seen."""

    count: Int32 = 0
    last_observed_time: str = ""


class Event(Resource):
    """Something that happened to an object; `type` is Normal or Warning."""

    involved_object: ObjectReference
    reason: str = ""
    message: str = ""
    type: str = "Normal"
    source: EventSource = EventSource()
    first_timestamp: str = ""
    last_timestamp: str = ""
    event_time: str = ""
    count: Int32 = 0
    series: EventSeries | None = None
    action: str = ""
    related: ObjectReference | None = None
    reporting_component: str = ""
    reporting_instance: str = ""
