"""How unlike two colours are: by the channel in which they are farthest from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def unlikeness(colours: NDArray[Any], others: NDArray[Any]) -> NDArray[np.int16]:
    """Of each of some colours, shape (…, 3), from the other in its place, or from one for all: shape (…), 0…255."""
    import numpy as np

    apart = np.abs(colours.astype(np.int16, copy=False) - others)
    # `max(axis=-1)` over three channels takes six times as long.
    return np.asarray(np.maximum(np.maximum(apart[..., 0], apart[..., 1]), apart[..., 2]))
