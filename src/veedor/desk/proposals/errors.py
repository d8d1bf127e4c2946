"""What can go wrong with proposals."""

from __future__ import annotations

from veedor.kit.errors import Conflict


class ProposalGone(Conflict):
    """It is not what the person saw: another alert joined it, or somebody has decided. params: id"""

    key = "error-proposals-gone"
