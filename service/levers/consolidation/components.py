"""Connected components (连通分量) of a graph, by hooking and pointer jumping on whole arrays.

Source: Shiloach and Vishkin, An O(log n) parallel connectivity algorithm, 1982.
"""

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


def components(count: int, left: Places, right: Places) -> Places:
    """Return for every node the smallest that it is connected with; edges join ``left`` and ``right``."""
    root = np.arange(count)
    while True:
        one, other = root[left], root[right]
        apart = one != other
        if not apart.any():
            return root
        left, right = left[apart], right[apart]
        np.minimum.at(root, np.maximum(one, other)[apart], np.minimum(one, other)[apart])
        while (root != (above := root[root])).any():
            root = above
