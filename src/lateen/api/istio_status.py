"""The status that Istio's kinds share: `istio.io/api` meta/v1alpha1 IstioStatus."""

from lateen.api.meta import Condition, JsonObject, Message


class IstioStatus(Message):
    """Conditions and validation messages. The generation is a string in Istio's own JSON, a number in ours."""

    conditions: tuple[Condition, ...] = ()
    validation_messages: tuple[JsonObject, ...] = ()
    observed_generation: int | str = 0
