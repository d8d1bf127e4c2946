"""Backtests over the API: who may, what the audit says, and what people say of the events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.desks import Desk, running
from veedor.access.principal import Role
from veedor.desk.audit.log import AuditQuery

PATH = "/api/cameras/plaza/backtest"


def begun(client: httpx.Client) -> dict[str, Any]:
    """A backtest, and what it found."""
    answer = client.post(PATH, json={"text": "rules: []", "days": 2})
    assert answer.status_code == 202, answer.text
    (line,) = client.get(PATH).text.splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


def of_state(told: dict[str, Any], state: str) -> dict[str, Any]:
    (event,) = [one for one in told["events"] if one["state"] == state]
    return dict(event)


def test_a_backtest_is_a_look_and_in_the_audit(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        desk.add_user("sara", Role.SUPERVISOR)
        desk.add_user("olga", Role.OPERATOR)
        with desk.client("olga") as olga:
            assert olga.post(PATH, json={"text": "rules: []"}).status_code == 403
        with desk.client("sara") as sara:
            assert sara.get(PATH).status_code == 404  # none yet
            told = begun(sara)
            assert sara.post("/api/cameras/ghost/backtest", json={"text": "rules: []"}).status_code == 404
            assert sara.post(PATH, json={"text": "rules: []", "days": 400}).status_code == 422
        assert told["status"] == "done"
        assert told["counts"] == {"new": 1, "gone": 1, "same": 1}
        assert told["notes"], "what it cannot say is said"
        entries = [
            one for one in desk.audit.entries(AuditQuery(limit=100)) if one.action == "backtest.run" and one.allowed
        ]
        spans = [json.loads(one.detail) for one in entries if "start" in one.detail]
        assert spans, "the look, with its span, is in the audit"
        assert {one.resource_id for one in entries} == {"plaza"} | {"ghost"}


def test_judgements_are_kept_and_known_to_the_next_backtest(tmp_path: Path) -> None:
    with running(tmp_path) as desk:
        desk.add_user("sara", Role.SUPERVISOR)
        with desk.client("sara") as sara:
            told = begun(sara)
            none = told["precision"]["new"]
            assert (none["true"], none["of"], none["low"], none["high"]) == (0, 0, 0.0, 1.0)

            def say(state: str, is_true: bool | None) -> dict[str, Any]:
                body = {"event": of_state(told, state)["id"], "is_true": is_true}
                answer = sara.put(f"{PATH}/marks", json=body)
                assert answer.status_code == 200, answer.text
                return dict(answer.json())

            say("new", False)
            say("same", True)
            precision = say("gone", True)
            assert (precision["new"]["true"], precision["new"]["of"]) == (1, 2)
            assert (precision["old"]["true"], precision["old"]["of"]) == (2, 2)
            assert precision["lost_true"] == 1
            assert precision["old"]["low"] == pytest.approx(0.3424, abs=0.001)  # Wilson, 2 of 2
            (line,) = sara.get(PATH).text.splitlines()
            assert [one["is_true"] for one in json.loads(line)["events"]] == [False, True, True]
            assert say("gone", None)["lost_true"] == 0


def test_a_mark_follows_the_fact_not_the_row(tmp_path: Path) -> None:
    """With other rules the same fact begins at another moment: it is known all the same; another's track is not."""
    with running(tmp_path) as desk:
        desk.add_user("sara", Role.SUPERVISOR)
        backtests: Any = desk.ports.backtests
        with desk.client("sara") as sara:
            event = of_state(begun(sara), "new")
            sara.put(f"{PATH}/marks", json={"event": event["id"], "is_true": True})
            row = next(one for one in backtests.states["plaza"].report["events"] if one["state"] == "new")
            row["id"] = "another"
            row["started_at"] = row["completed_at"]
            (line,) = sara.get(PATH).text.splitlines()
            assert of_state(json.loads(line), "new")["is_true"] is True
            row["track_ids"] = [99]
            (line,) = sara.get(PATH).text.splitlines()
            assert of_state(json.loads(line), "new")["is_true"] is None


def test_a_desk_whose_cameras_are_elsewhere_says_so(desk: Desk) -> None:
    desk.add_user("sara", Role.SUPERVISOR)
    object.__setattr__(desk.ports, "backtests", None)
    with desk.client("sara") as sara:
        answer = sara.post(PATH, json={"text": "rules: []"})
    assert answer.status_code == 503
