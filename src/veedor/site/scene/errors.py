"""Why a view cannot be taken for right.

Conflict
├── ViewUnseen    the camera has not been seen for long enough
└── ViewUnmoved   zones cannot be moved along with it: it is not known by how much it moved
"""

from __future__ import annotations

from veedor.kit.errors import Conflict


class ViewUnseen(Conflict):
    """params: camera"""

    key = "error-view-unseen"


class ViewUnmoved(Conflict):
    """params: camera"""

    key = "error-view-unmoved"
