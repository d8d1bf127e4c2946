"""The word of a person that a moved view is right: who may say it, that it is in the audit, what others hear."""

from __future__ import annotations

from pathlib import Path

from desk.desks import running
from veedor.access.principal import Role
from veedor.desk.audit.log import AuditQuery


def test_a_moved_view_is_told_confirmed_and_in_the_audit(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        views = desk.ports.views
        assert views is not None
        desk.add_user("sara", Role.SUPERVISOR)
        desk.add_user("olga", Role.OPERATOR)
        views.moved = True  # type: ignore[attr-defined]
        with desk.client("olga") as olga:
            (told,) = olga.get("/api/views", headers={"x-veedor-language": "es"}).json()
            assert told["state"] == "moved"
            assert told["sentence"].startswith("Plaza: la vista se movió 8 % a la derecha. 2 reglas están en pausa")
            assert told["resting"] == ["Vereda", "Muro"]
            assert olga.post("/api/cameras/plaza/view/confirm").status_code == 403
            assert olga.get("/api/cameras/plaza/view").json()["state"] == "moved"
        with desk.client("sara") as sara:
            assert "by hand" in sara.get("/api/cameras/plaza/view/places").json()["hint"]
            done = sara.post("/api/cameras/plaza/view/confirm").json()
            assert done["view"]["state"] == "settled"
            assert done["is_calibration_stale"]
            assert sara.post("/api/cameras/ghost/view/confirm").status_code == 404
        rows = desk.audit.entries(AuditQuery(resource_id="plaza", limit=100))
        confirmed = [one for one in rows if one.resource_kind == "view" and one.allowed]
        assert {one.username for one in confirmed} == {"sara"}
        assert any("8 %" in str(one.detail) for one in confirmed)
