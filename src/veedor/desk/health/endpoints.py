"""Routes of the desk's and the site's own health."""

from __future__ import annotations

from veedor.desk.schemas import Out, room_router

router = room_router("health")


class LiveOut(Out):
    status: str


@router.get("/api/health/live")
def live() -> LiveOut:
    """Whether the process answers; nothing else, since anybody may ask."""
    return LiveOut(status="ok")
