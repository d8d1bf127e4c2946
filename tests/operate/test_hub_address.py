"""What a hub's invitations say: an address that sites can reach, with its port."""

from __future__ import annotations

from pathlib import Path

import pytest

from veedor.compose.hub import public_url
from veedor.compose.hub_config import load
from veedor.compose.hub_initial import write_hub_config


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("127.0.0.1", 8490, "https://127.0.0.1:8490"),
        ("hub.gob.pe", 8490, "https://hub.gob.pe:8490"),
        ("hub.gob.pe", 443, "https://hub.gob.pe:443"),
    ],
)
def test_an_invitation_names_the_port_of_the_desk(tmp_path: Path, host: str, port: int, expected: str) -> None:
    path = write_hub_config(
        tmp_path, name="Lima", agency="Region", lang="en", host=host, port=port, keys=tmp_path / "k"
    )
    config = load(path)
    assert public_url(config, f"https://{config.desk.host}:{port}") == expected


def test_a_forwarded_port_is_the_one_that_is_said(tmp_path: Path) -> None:
    path = write_hub_config(tmp_path, name="Lima", agency="R", lang="en", host="hub.gob.pe", keys=tmp_path / "k")
    path.write_text(path.read_text().replace("  port: 8490\n", "  port: 8490\n  public_port: 443\n"))
    assert public_url(load(path), "https://0.0.0.0:8490") == "https://hub.gob.pe:443"
