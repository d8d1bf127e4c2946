"""Everything that can be asked of Veedor. A new route needs its action here first.

Which role may do what is written in `policies/roles.cedar`; `MAY` is that file as a table.
"""

from __future__ import annotations

from enum import StrEnum

from veedor.access import policy
from veedor.access.principal import Role
from veedor.model.grant import Right


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
    BACKTEST_RUN = "backtest.run"  # rules over a camera's archive: a look at its tracks, by who may change its rules
    USER_LIST = "user.list"
    USER_EDIT = "user.edit"
    AUDIT_READ = "audit.read"
    ERASURE_READ = "erasure.read"
    ERASURE_ASK = "erasure.ask"  # that personal values of the audit be erased
    ERASURE_CONFIRM = "erasure.confirm"  # by somebody else than who asked; or refuse
    SITE_READ = "site.read"
    SITE_EDIT = "site.edit"  # invite, revoke and re-key sites, at a hub
    AGENCY_READ = "agency.read"
    AGENCY_EDIT = "agency.edit"
    GRANT_READ = "grant.read"
    GRANT_EDIT = "grant.edit"  # draft a convenio
    GRANT_SIGN = "grant.sign"  # sign, revoke, review, in the agency's name
    GRANT_REQUEST = "grant.request"  # ask another agency for a span of footage
    GRANT_EMERGENCY = "grant.emergency"  # take an hour of access at once, and answer for it
    SEAL_READ = "seal.read"
    SEAL_MAKE = "seal.make"  # seal a colleague's name and a case from other agencies, for a while
    SEAL_OPEN = "seal.open"  # before its time is over
    SEAL_HEAR = "seal.hear"  # in no role: another agency sealed, or opened, looks at cameras of this one
    LOGIN = "login"  # in no role: who logs in has none yet; it names the audit entries of logins
    SELF = "self"  # one's own session: whoami, log out, change password


MAY: dict[Role, frozenset[Action]] = {
    role: frozenset(Action(action) for action in actions)
    for role, actions in policy.role_table(tuple(Role), tuple(Action)).items()
}

# What a grant must give for an action on another agency's camera. An action that is not here never crosses: no grant
# lets anybody change another agency's cameras, rules, people or records. No right at all, for the list of cameras,
# means: whoever has any right may know that the camera is there.
RIGHTS: dict[Action, frozenset[Right]] = {
    Action.CAMERA_LIST: frozenset(),
    Action.LIVE_WATCH: frozenset({Right.LIVE}),
    Action.PTZ_STEER: frozenset({Right.PTZ}),
    Action.FOOTAGE_LIST: frozenset({Right.PLAYBACK, Right.EVIDENCE}),
    Action.FOOTAGE_PLAY: frozenset({Right.PLAYBACK}),
    Action.TRACK_READ: frozenset({Right.SEARCH}),
    Action.EVENT_READ: frozenset({Right.SEARCH, Right.ALERTS}),
    Action.ALERT_READ: frozenset({Right.ALERTS}),
    Action.EVIDENCE_LOCK: frozenset({Right.EVIDENCE}),
    Action.EVIDENCE_EXPORT: frozenset({Right.EVIDENCE}),
}
