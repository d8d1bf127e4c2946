"""Everything that can be asked of Veedor, and which roles may. A new route needs its action here first."""

from __future__ import annotations

from enum import StrEnum

from veedor.access.principal import Role


class Action(StrEnum):
    """`<kind>.<verb>`."""

    CAMERA_LIST = "camera.list"
    CAMERA_EDIT = "camera.edit"
    CAMERA_TEST = "camera.test"
    LIVE_WATCH = "live.watch"
    WALL_SHARE = "wall.share"  # walls of the agency; one's own need live.watch alone
    PTZ_STEER = "ptz.steer"
    FOOTAGE_LIST = "footage.list"  # segments and gaps, no picture
    FOOTAGE_PLAY = "footage.play"  # clips, stills, segments
    BOOKMARK_READ = "bookmark.read"
    BOOKMARK_EDIT = "bookmark.edit"  # make one; change or remove one's own
    BOOKMARK_CLEAR = "bookmark.clear"  # remove anybody's
    TRACK_READ = "track.read"
    EVENT_READ = "event.read"
    ALERT_READ = "alert.read"
    ALERT_HANDLE = "alert.handle"
    INCIDENT_READ = "incident.read"
    INCIDENT_HANDLE = "incident.handle"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_LOCK = "evidence.lock"
    EVIDENCE_EXPORT = "evidence.export"
    EVIDENCE_UNLOCK = "evidence.unlock"
    HEALTH_READ = "health.read"
    METRICS_READ = "metrics.read"
    RULES_READ = "rules.read"
    RULES_EDIT = "rules.edit"
    USER_LIST = "user.list"
    USER_EDIT = "user.edit"
    AUDIT_READ = "audit.read"
    LOGIN = "login"  # in no role: who logs in has none yet; it names the audit entries of logins
    SELF = "self"  # one's own session: whoami, log out, change password


_VIEWER = {
    Action.SELF,
    Action.CAMERA_LIST,
    Action.LIVE_WATCH,
    Action.EVENT_READ,
    Action.ALERT_READ,
    Action.HEALTH_READ,
}
_OPERATOR = _VIEWER | {
    Action.FOOTAGE_LIST,
    Action.FOOTAGE_PLAY,
    Action.BOOKMARK_READ,
    Action.BOOKMARK_EDIT,
    Action.TRACK_READ,
    Action.PTZ_STEER,
    Action.RULES_READ,
    Action.ALERT_HANDLE,
    Action.INCIDENT_READ,
    Action.INCIDENT_HANDLE,
    Action.EVIDENCE_READ,
    Action.EVIDENCE_LOCK,
}
_SUPERVISOR = _OPERATOR | {
    Action.BOOKMARK_CLEAR,
    Action.EVIDENCE_EXPORT,
    Action.EVIDENCE_UNLOCK,
    Action.RULES_EDIT,
    Action.METRICS_READ,
    Action.WALL_SHARE,
}
# An administrator runs the machine; watching people is not part of that work, nor is handling evidence.
_ADMINISTRATOR = {
    Action.SELF,
    Action.CAMERA_LIST,
    Action.CAMERA_EDIT,
    Action.CAMERA_TEST,
    Action.LIVE_WATCH,
    Action.WALL_SHARE,
    Action.EVENT_READ,
    Action.ALERT_READ,
    Action.FOOTAGE_LIST,
    Action.RULES_READ,
    Action.RULES_EDIT,
    Action.HEALTH_READ,
    Action.METRICS_READ,
    Action.USER_LIST,
    Action.USER_EDIT,
}
# An auditor sees what was done, never the pictures.
_AUDITOR = {
    Action.SELF,
    Action.CAMERA_LIST,
    Action.AUDIT_READ,
    Action.USER_LIST,
    Action.INCIDENT_READ,
    Action.EVIDENCE_READ,
    Action.HEALTH_READ,
    Action.METRICS_READ,
}

MAY: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset(_VIEWER),
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.ADMINISTRATOR: frozenset(_ADMINISTRATOR),
    Role.AUDITOR: frozenset(_AUDITOR),
}
