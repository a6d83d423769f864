"""Scalar types with the ranges of their protobuf or Go types."""

from typing import Annotated

from msgspec import Meta

from lateen.api.duration import Duration

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Int64 = int
UInt32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
UInt64 = Annotated[int, Meta(ge=0)]
Count = Annotated[int, Meta(ge=1, le=2**32 - 1)]
HttpStatus = Annotated[int, Meta(ge=100, le=599)]
Percentage = Annotated[float, Meta(ge=0, le=100)]
Share = Annotated[float, Meta(ge=0)]

Labels = Annotated[dict[str, str], Meta(max_length=256)]
"""Labels in Istio's kinds, as many as they may have."""

IntOrString = int | str
"""A port or count that may be a name or a percentage."""

Quantity = int | float | str
"""An amount of a resource: `100m`, `64Mi`, `2`."""

OptionalDelay = Annotated[Duration, Meta(extra_json_schema={"format": "zero-duration"})]
"""A duration that may be zero; Istio wants all others to be a millisecond at least."""
