"""Route x role: who may call what, written out by hand. A route without a row fails `test_matrix.py`.

Roles are letters, so that a row can be read at a glance: v viewer, o operator, s supervisor, a administrator,
u auditor, p privacy officer. `ok` is the status that somebody gets who may: 404 where the row names a thing that does
not exist, which only those learn who passed the check.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from veedor.access.principal import Role

LETTERS = {
    "v": Role.VIEWER,
    "o": Role.OPERATOR,
    "s": Role.SUPERVISOR,
    "a": Role.ADMINISTRATOR,
    "u": Role.AUDITOR,
    "p": Role.PRIVACY_OFFICER,
}
EVERYBODY = "vosaup"

# What the path parameters of a row stand for. "plaza" and segment 1 exist; "nobody" does not.
IDS = {
    "camera_id": "plaza",
    "segment_id": "1",
    "user_id": "nobody",
    "session_id": "nobody",
    "alert_id": "nobody",
    "incident_id": "nobody",
    "evidence_id": "nobody",
    "lock_id": "nobody",
    "approval_id": "nobody",
    "bookmark_id": "nobody",
    "wall_id": "nobody",
    "grant_id": "nobody",
    "agency_id": "muni",
    "token": "nothing",
    "place": "nobody",
    "package_id": "nobody",
    "proposal_id": "nobody",
    "erasure_id": "nobody",
    "event_id": "nobody",
    "sample_id": "nobody",
    "seal_id": "nobody",
    "path:path": "manifest.json",
}
_SPAN = f"?start={quote('2026-03-01T07:00:00-05:00')}&end={quote('2026-03-01T07:00:20-05:00')}"
_AT = f"?at={quote('2026-03-01T07:00:10-05:00')}"
_CAMERA: dict[str, Any] = {
    "name": "Mercado",
    "kind": "rtsp",
    "streams": [{"role": "main", "url": "rtsp://10.0.0.9/main"}],
}

_PLACEMENT = {"placement": {"latitude_deg": -12.0, "longitude_deg": -77.0}, "revision": 1}
_GRANT: dict[str, Any] = {
    "owner": "muni",
    "grantee": "nobody",
    "cameras": {"kind": "all"},
    "rights": ["live"],
    "purposes": ["Robo"],
    "starts_at": "2026-03-01T00:00:00Z",
    "expires_at": "2026-12-31T00:00:00Z",
}
_REQUEST: dict[str, Any] = {
    "owner": "nobody",
    "camera": "ghost",
    "start": "2026-03-01T12:00:00Z",
    "end": "2026-03-01T13:00:00Z",
    "case_number": "2026-118",
    "purpose": "Robo",
}
_EMERGENCY: dict[str, Any] = {"owner": "nobody", "cameras": ["ghost"], "reason": "Toma de rehenes"}
_SEARCH = {"start": "2026-03-01T12:00:00Z", "end": "2026-03-01T13:00:00Z"}
_CORNERS = ((0, 0, -12.0, -77.0), (1, 0, -12.0, -77.001), (1, 1, -12.001, -77.001), (0, 1, -12.001, -77.0))
_PAIRS = {
    "pairs": [dict(zip(("x", "y", "latitude_deg", "longitude_deg"), one, strict=True)) for one in _CORNERS],
    "revision": 1,
}


# Of a machine or of the agency whose desk this is, not of whoever asks.
_OF_THE_DESK = (
    *("/api/audit", "/metrics", "/api/setup", "/api/rules", "/api/rule-kinds", "/api/agencies/"),
    "/api/evidence-given/",  # its release; the list is of whoever asks
)


@dataclass(frozen=True)
class Row:
    method: str  # WS: a WebSocket
    path: str
    roles: str
    ok: int = 200
    query: str = ""
    body: Any = None
    own: bool = False  # about oneself
    camera_id: str = "plaza"

    @property
    def url(self) -> str:
        ids = {**IDS, "camera_id": self.camera_id}
        url = self.path
        for name, value in ids.items():
            url = url.replace(f"{{{name}}}", value)
        return url + self.query

    @property
    def of_the_desk(self) -> bool:
        """About the desk's agency or its camera: others are refused. Elsewhere they may ask, and find nothing."""
        names_camera = isinstance(self.body, dict) and self.body.get("camera") == "plaza" and self.ok != 400
        if self.path.startswith("/api/audit/looks"):  # at the cameras of whoever asks
            return False
        if self.path == "/api/agencies/{agency_id}/keys":  # public halves, which the list of agencies tells everybody
            return False
        return names_camera or "{camera_id}" in self.path or self.path.startswith(_OF_THE_DESK)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


PUBLIC = {
    ("GET", "/api/health/live"),
    ("POST", "/api/login"),
    ("GET", "/"),
    ("GET", "/icon.svg"),
    ("GET", "/assets/{name}"),
}

ROWS = [
    # oneself
    Row("GET", "/api/me", EVERYBODY, own=True),
    Row("GET", "/api/me/sessions", EVERYBODY, own=True),
    Row("DELETE", "/api/me/sessions/{session_id}", EVERYBODY, 404, own=True),
    Row("POST", "/api/me/password", EVERYBODY, 400, body={"current": "correct horse battery", "new": "x"}, own=True),
    Row("GET", "/api/openapi.json", EVERYBODY, own=True),
    Row("GET", "/api/site", EVERYBODY, own=True),
    Row("POST", "/api/logout", EVERYBODY, 204, own=True),
    # people and the record of what they do
    Row("GET", "/api/users", "aup"),
    Row("POST", "/api/users", "a", 400, body={"username": "not a name", "roles": ["viewer"]}),
    Row("PATCH", "/api/users/{user_id}", "a", 404, body={"disabled": True}),
    Row("POST", "/api/users/{user_id}/password", "a", 404, body={}),
    Row("GET", "/api/audit", "up"),
    Row("GET", "/api/audit/verify", "up"),
    Row("GET", "/api/audit/witnessed", "up"),
    Row("GET", "/api/audit/witness-of/{place}", "up", 404),
    Row("GET", "/api/audit/looks", "up"),
    Row("GET", "/api/audit/looks/flags", "up"),
    Row("GET", "/api/audit/erasures", "up"),
    Row("POST", "/api/audit/erasures", "p", 400, body={"entries": [999999], "reason": "Ley 29733"}),
    Row("POST", "/api/audit/erasures/{erasure_id}/confirm", "u", 404),
    Row("POST", "/api/audit/erasures/{erasure_id}/refuse", "u", 404),
    # before one is begun, whichever rows another process takes
    Row("POST", "/api/me/totp/confirm", EVERYBODY, 400, body={"code": "000000"}, own=True),
    Row("POST", "/api/me/totp", EVERYBODY, body={"password": "correct horse battery"}, own=True),
    Row("POST", "/api/me/totp/remove", EVERYBODY, 204, body={"password": "correct horse battery"}, own=True),
    Row("DELETE", "/api/users/{user_id}/totp", "a", 404),
    Row("GET", "/api/sessions", "aup"),
    Row("DELETE", "/api/users/{user_id}/sessions/{session_id}", "a", 404),
    # the machine
    Row("GET", "/api/health", EVERYBODY),
    Row("GET", "/metrics", "sau"),
    Row("GET", "/api/stream", EVERYBODY),
    # cameras
    Row("GET", "/api/cameras", EVERYBODY),
    Row("GET", "/api/cameras/{camera_id}", EVERYBODY),
    Row("PUT", "/api/cameras/{camera_id}", "a", body=_CAMERA, camera_id="mercado"),
    Row("DELETE", "/api/cameras/{camera_id}", "a", 404, camera_id="ghost"),
    Row("POST", "/api/cameras/{camera_id}/test", "a"),
    # the map
    Row("GET", "/api/map", EVERYBODY),
    Row("GET", "/api/map/tiles.pmtiles", EVERYBODY, 404),  # this desk has no file of tiles
    Row("GET", "/api/map/districts", EVERYBODY, 404),
    Row("PUT", "/api/map/districts", "a", 400, body={"type": "Point"}),
    Row("DELETE", "/api/map/districts", "a", 404),
    Row("PATCH", "/api/cameras/{camera_id}/placement", "a", 404, body=_PLACEMENT, camera_id="ghost"),
    Row("POST", "/api/cameras/{camera_id}/calibration", "a", 404, body=_PAIRS, camera_id="ghost"),
    Row("PUT", "/api/cameras/{camera_id}/calibration", "a", 404, body=_PAIRS, camera_id="ghost"),
    Row("DELETE", "/api/cameras/{camera_id}/calibration", "a", 404, query="?revision=1", camera_id="ghost"),
    # finding and adding cameras
    Row("POST", "/api/setup/discover", "a", body={}),
    Row("POST", "/api/setup/channels", "a", body={"kind": "onvif", "address": "10.0.0.9"}),
    Row("POST", "/api/setup/look", "a", body={"kind": "rtsp", "stream": _CAMERA["streams"][0]}),
    Row("POST", "/api/setup/cameras", "a", 201, body={"cameras": [_CAMERA]}),
    Row("POST", "/api/setup/import", "a", body={"text": "name,url"}),
    Row("POST", "/api/setup/demo", "a"),
    Row("GET", "/api/setup/models", "a"),
    Row("POST", "/api/cameras/{camera_id}/look", "a", body={}),
    Row("POST", "/api/cameras/{camera_id}/said-place", "a"),
    # where cameras look
    Row("GET", "/api/views", EVERYBODY),
    Row("GET", "/api/cameras/{camera_id}/view", EVERYBODY),
    Row("GET", "/api/cameras/{camera_id}/view/places", "sa", 409),
    Row("POST", "/api/cameras/{camera_id}/view/confirm", "sa"),
    # rules
    Row("GET", "/api/rules/kinds", "osa"),
    Row("GET", "/api/rules/classes", "osa"),
    Row("GET", "/api/rules/written", "osa"),
    Row("POST", "/api/rules/check", "sa", body={"text": "rules: []"}),
    Row("GET", "/api/cameras/{camera_id}/rules", "osa"),
    Row("PUT", "/api/cameras/{camera_id}/rules", "sa", body={"text": "rules: []", "version": ""}),
    Row("POST", "/api/cameras/{camera_id}/rules/try", "sa", body={"text": "rules: []"}),
    Row("GET", "/api/cameras/{camera_id}/usual", "osa"),
    Row("POST", "/api/cameras/{camera_id}/usual/back", "sa", 404, body={"version": 7}),
    # an administrator writes rules, but to try them on an archive is to look at people
    Row("GET", "/api/cameras/{camera_id}/backtest", "s", 404),  # none was begun
    Row("DELETE", "/api/cameras/{camera_id}/backtest", "s", 404),
    Row("POST", "/api/cameras/{camera_id}/backtest", "s", 202, body={"text": "rules: []"}),
    Row("PUT", "/api/cameras/{camera_id}/backtest/marks", "s", 404, body={"event": "nobody", "is_true": True}),
    # how rules do, and stretches without an alert
    Row("GET", "/api/precision", "vosa"),
    Row("POST", "/api/cameras/{camera_id}/rules/review", "sa", 404, body={"rule": "x", "act": "pin", "reason": "y"}),
    Row("GET", "/api/samples", "os"),
    Row("POST", "/api/samples/{sample_id}/answer", "os", 404, body={"answer": "no"}),
    Row("GET", "/api/samples/recall", "osa"),
    # looking
    Row("GET", "/api/cameras/{camera_id}/snapshot.jpg", "vosa"),
    Row("WS", "/api/cameras/{camera_id}/live", "vosa", 101),
    Row("GET", "/api/cameras/{camera_id}/places", "osa"),
    Row("GET", "/api/walls", "vosa"),
    Row("PUT", "/api/walls/{wall_id}", "vosa", 409, body={"name": "x", "tiles": 4, "cameras": [], "revision": 7}),
    Row("DELETE", "/api/walls/{wall_id}", "vosa", 404),
    Row("GET", "/api/cameras/{camera_id}/ptz", "vosa"),
    Row("GET", "/api/cameras/{camera_id}/ptz/presets", "os"),
    Row("POST", "/api/cameras/{camera_id}/ptz/presets", "os", 201, body={"name": "Puerta"}),
    Row("POST", "/api/cameras/{camera_id}/ptz/presets/{token}/goto", "os", 404),
    Row("DELETE", "/api/cameras/{camera_id}/ptz/presets/{token}", "os", 404),
    Row("WS", "/api/cameras/{camera_id}/ptz/steer", "os", 101),
    Row("GET", "/api/cameras/{camera_id}/segments", "osa", query=_SPAN),
    Row("GET", "/api/cameras/{camera_id}/gaps", "osa", query=_SPAN),
    Row("GET", "/api/cameras/{camera_id}/segments/{segment_id}/file", "os"),
    Row("GET", "/api/cameras/{camera_id}/clip.mp4", "os", query=_SPAN),
    Row("GET", "/api/cameras/{camera_id}/still.jpg", "os", query=_AT),
    Row("GET", "/api/cameras/{camera_id}/timeline", "osa", query=_SPAN),
    Row("GET", "/api/timelines", "osa", query=_SPAN + "&camera=plaza"),
    Row("GET", "/api/cameras/{camera_id}/play.mp4", "os", query=_SPAN),
    Row("GET", "/api/marks", "vosa", query=_SPAN + "&camera=plaza"),
    Row("GET", "/api/marks/next", "vosa", query=_AT + "&camera=plaza"),
    Row("GET", "/api/bookmarks", "os", query=_SPAN),
    Row("POST", "/api/bookmarks", "os", 201, body={"camera": "plaza", "at": "2026-03-01T12:00:05Z", "text": "Moto"}),
    Row("DELETE", "/api/bookmarks/{bookmark_id}", "os", 404),
    Row("GET", "/api/cameras/{camera_id}/tracks", "os", query=_SPAN),
    Row("POST", "/api/search/tracks", "os", body=_SEARCH),
    Row("GET", "/api/cameras/{camera_id}/tracks/live", "os"),
    Row("GET", "/api/events", "vosa", query=_SPAN),
    # second looks
    Row("GET", "/api/second-looks", "vosa", query=_SPAN),
    Row("GET", "/api/turned-down", "vosa", query=_SPAN),
    Row("GET", "/api/cameras/{camera_id}/turned-down/{event_id}/picture.jpg", "vosa", 404),
    # alerts
    Row("GET", "/api/alerts", "vosa"),
    Row("GET", "/api/alerts/stats", "vosa"),
    Row("GET", "/api/alerts/{alert_id}", "vosa", 404),
    Row("GET", "/api/alerts/{alert_id}/snapshot.jpg", "vosa", 404),
    Row("GET", "/api/alerts/{alert_id}/clip.mp4", "os", 404),
    Row("POST", "/api/alerts/{alert_id}/acknowledge", "os", 404, body={}),
    Row("POST", "/api/alerts/{alert_id}/dismiss", "os", 404, body={"reason": "test"}),
    Row("POST", "/api/alerts/{alert_id}/escalate", "os", 404, body={}),
    Row("POST", "/api/alerts/{alert_id}/claim", "os", 404, body={}),
    Row("POST", "/api/alerts/{alert_id}/release", "os", 404),
    # incidents
    Row("GET", "/api/incidents", "osu"),
    Row("GET", "/api/incident-types", "osu"),
    Row("POST", "/api/incidents", "os", 201, body={"type": "other"}),
    Row("GET", "/api/incidents/{incident_id}", "osu", 404),
    Row("POST", "/api/incidents/{incident_id}/notes", "os", 404, body={"text": "Llamó de nuevo"}),
    Row("POST", "/api/incidents/{incident_id}/checklist", "os", 404, body={"step": "call"}),
    Row("POST", "/api/incidents/{incident_id}/assign", "os", 404, body={"assignee": "Unidad 3"}),
    Row("POST", "/api/incidents/{incident_id}/close", "os", 404, body={"disposition": "other", "note": "x"}),
    Row("POST", "/api/incidents/{incident_id}/agencies", "os", 404, body={"agency_id": "muni"}),
    Row("POST", "/api/incidents/{incident_id}/accept", "os", 404),
    Row("POST", "/api/incidents/{incident_id}/hand-over", "os", 404, body={"agency_id": "muni"}),
    Row("POST", "/api/incidents/{incident_id}/take-over", "os", 404),
    Row("POST", "/api/incidents/{incident_id}/reopen", "os", 404, body={"reason": "Volvió a pasar"}),
    Row("GET", "/api/incident-proposals", "osu"),
    Row("POST", "/api/incident-proposals/{proposal_id}/accept", "os", 409, body={}),
    Row("POST", "/api/incident-proposals/{proposal_id}/dismiss", "os", 409, body={}),
    # agencies and what they let each other see: everybody speaks for their own agency
    Row("GET", "/api/agencies", EVERYBODY, own=True),
    Row("GET", "/api/agencies/{agency_id}/keys", EVERYBODY, own=True),
    Row("PUT", "/api/agencies/{agency_id}", "a", body={"name": "Municipalidad", "kind": "municipality"}),
    Row("GET", "/api/grants", "osaup", own=True),
    Row("GET", "/api/grant-queue", "osaup", own=True),
    Row("GET", "/api/grants/{grant_id}", "osaup", 404, own=True),
    Row("POST", "/api/grants", "sa", 400, body=_GRANT, own=True),  # with an agency that is not known here
    Row("POST", "/api/grants/{grant_id}/sign", "sa", 404, own=True),
    Row("POST", "/api/grants/{grant_id}/revoke", "sa", 404, body={"reason": "x"}, own=True),
    Row("POST", "/api/grants/{grant_id}/review", "sa", 404, body={"reason": "x"}, own=True),
    Row("POST", "/api/grant-requests", "os", 400, body=_REQUEST, own=True),
    Row("POST", "/api/emergency-access", "os", 400, body=_EMERGENCY, own=True),
    # shifts
    Row("GET", "/api/shift-notes", "osu", query=_SPAN),
    Row("POST", "/api/shift-notes", "os", 201, body={"text": "Cámara 12 sin luz"}),
    Row("GET", "/api/shift-report.csv", "osu", query=_SPAN),
    Row("GET", "/api/shift-report.pdf", "osu", query=_SPAN),
    # commands
    Row("GET", "/api/commands", "a"),
    Row(
        "POST",
        "/api/cameras/{camera_id}/commands",
        "a",
        202,
        body={"id": "command-1", "change": {"record": {"keep_days": 12}}},
    ),
    # approvals
    Row("GET", "/api/approvals", "os"),
    Row("POST", "/api/approvals", "os", 400, body={"right": "live", "camera": "plaza"}),  # for no purpose
    Row("POST", "/api/approvals/{approval_id}/approve", "os", 404),
    Row("POST", "/api/approvals/{approval_id}/refuse", "os", 404),
    Row("GET", "/api/seals", "sup"),
    Row("POST", "/api/seals", "s", 400, body={"person": "nobody", "case_number": "2026-118", "reason": "x"}),  # no hub
    Row("POST", "/api/seals/{seal_id}/open", "s", 400),  # a desk without the agency's key
    # evidence
    Row("GET", "/api/evidence-key", "osu", 404),  # this desk has no key
    Row("GET", "/api/incidents/{incident_id}/evidence", "osu", 404),
    Row(
        "POST",
        "/api/incidents/{incident_id}/evidence",
        "os",
        404,
        body={
            "camera": "plaza",
            "start": "2026-03-01T12:00:00Z",
            "end": "2026-03-01T12:00:10Z",
            "reason": "Pedido de la comisaría",
        },
    ),
    Row("GET", "/api/evidence/{evidence_id}", "osu", 404),
    Row("POST", "/api/evidence/{evidence_id}/release", "s", 404, body={"reason": "Caso cerrado"}),
    Row("POST", "/api/incidents/{incident_id}/exports", "s", 404, body={"reason": "Oficio 12"}),
    Row("GET", "/api/incidents/{incident_id}/exports", "osu", 404),
    Row("GET", "/api/exports/{package_id}", "osu", 404),
    Row("GET", "/api/exports/{package_id}/files/{path:path}", "s", 404),
    Row("GET", "/api/exports/{package_id}/package.zip", "s", 404),
    Row("GET", "/api/exports/{package_id}/verification", "osu", 404),
    Row("GET", "/api/evidence-given", "osu"),
    Row("POST", "/api/evidence-given/{lock_id}/release", "s", 404, body={"reason": "Caso cerrado"}),
]
