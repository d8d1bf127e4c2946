"""The units, the Compose file and the chart in `deploy/`: read by the tools for them, as far as there are any here.

Not checked: that an image builds and runs (no container engine), that Helm itself renders the chart (the chart keeps to
what `chart.py` knows), and Kubernetes' own schema.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import compose_spec
import pytest
from ruamel.yaml import YAML

from operate.chart import render
from veedor.compose.hub_config import HubFile
from veedor.kit import configfile

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "veedor-hub"
UNITS = ("veedor-site.service", "veedor-hub.service", "veedor-worker.service")
VEEDOR = str(Path(sys.executable).parent / "veedor")


def yaml(text: str) -> list[Any]:
    return [one for one in YAML(typ="safe", pure=True).load_all(text) if one is not None]


# -- systemd


def test_the_nightly_backup_is_made_and_old_ones_go(tmp_path: Path) -> None:
    """What the unit would start, with its words as systemd reads them."""
    home, place = tmp_path / "var", tmp_path / "mnt"
    for folder in (home, place):
        folder.mkdir()
    (home / "veedor.yaml").write_text("site: Plaza\nagency: Muni\nagency_id: muni\ndata: data\nsecret_key: key\n")
    (place / "old.tar").write_bytes(b"old")
    os.utime(place / "old.tar", (0, 0))
    found = settings("veedor-backup@.service")
    assert (found["User"], found["WorkingDirectory"]) == ("%i", "/var/lib/%i")
    for line in (found["ExecStart"], found["ExecStartPost"]):
        told = line.replace("/opt/veedor/.venv/bin/veedor", VEEDOR).replace("/mnt/backup/%i", str(place))
        words = shlex.split(told.replace("$$", "$").replace("%%", "%"))
        done = subprocess.run(words, cwd=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (made,) = place.iterdir()
    with tarfile.open(made) as tar:
        assert {"manifest.json", "config.yaml"} <= set(tar.getnames())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_systemd_takes_the_backup_and_its_timer(tmp_path: Path) -> None:
    for kind in ("service", "timer"):
        text = (DEPLOY / "systemd" / f"veedor-backup@.{kind}").read_text(encoding="utf-8")
        (tmp_path / f"veedor-backup@root.{kind}").write_text(text, encoding="utf-8")
    said = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "veedor-backup@root.timer")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


def settings(name: str) -> dict[str, str]:
    lines = (DEPLOY / "systemd" / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_says_what_keeps_it_alive_and_in_its_place(name: str) -> None:
    found = settings(name)
    assert found["Restart"] == "always"
    assert found["StartLimitIntervalSec"] == "0"  # however often it fell, it is started again
    assert found["User"] not in ("", "root")
    assert found["ProtectSystem"] == "strict"
    assert found["ReadWritePaths"] == found["WorkingDirectory"]
    assert found["CapabilityBoundingSet"] == ""
    assert not found["ReadWritePaths"].startswith("/home")  # ProtectHome hides that
    words = shlex.split(found["ExecStart"])
    assert words[0] == "/opt/veedor/.venv/bin/veedor"
    assert words[-1].startswith(found["ReadWritePaths"])
    asked = subprocess.run([VEEDOR, *words[1:3], "--help"], capture_output=True, text=True, check=False)
    assert asked.returncode == 0
    assert "--config" in asked.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit_and_finds_it_closed(name: str, tmp_path: Path) -> None:
    text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text.replace("/opt/veedor/.venv/bin/veedor", VEEDOR), encoding="utf-8")
    said = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")
    looked = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(r"exposure level for \S+: ([0-9.]+)", looked.stdout)
    assert level, looked.stdout + looked.stderr
    assert float(level.group(1)) < 3.0


# -- compose


def test_the_compose_file_is_one_and_runs_a_hub() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    compose_spec.PyCompose.from_yaml(text)
    (read,) = yaml(text)
    hub = read["services"]["hub"]
    assert sorted(hub["ports"]) == ["7422:7422", "8490:8490"]
    assert hub["command"][:2] == ["hub", "run"]
    assert hub["restart"] == "always"
    assert hub["read_only"] is True
    assert hub["cap_drop"] == ["ALL"]
    folder = hub["volumes"][0].split(":")[1]
    assert hub["command"][-1].startswith(folder)
    assert (DEPLOY / hub["build"]["context"] / hub["build"]["dockerfile"]).resolve() == DEPLOY / "Containerfile"


def test_what_compose_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="services"):
        compose_spec.PyCompose.from_yaml("servicez: {}\n")


def test_the_image_runs_veedor_and_never_as_root() -> None:
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    words = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    told = {one[0]: one[1] for one in words}  # the last of each
    assert told["ENTRYPOINT"] == '["veedor"]'
    assert told["USER"] == "10001:10001"
    (read,) = yaml((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert f'["{read["services"]["hub"]["volumes"][0].split(":")[1]}"]' == told["VOLUME"]


# -- the chart


def chart(**changes: Any) -> dict[str, Any]:
    """What the chart makes, by kind."""
    (values,) = yaml((CHART / "values.yaml").read_text(encoding="utf-8"))
    made: list[Any] = []
    for path in sorted((CHART / "templates").iterdir()):
        text = render(path.read_text(encoding="utf-8"), {**values, **changes}, "lima")
        made += yaml(text) if path.suffix == ".yaml" else []
    return {one["kind"]: one for one in made}


def test_the_chart_makes_a_hub() -> None:
    (told,) = yaml((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert (told["apiVersion"], told["name"]) == ("v2", CHART.name)
    made = chart()
    assert set(made) == {"ConfigMap", "Service", "StatefulSet"}
    config = configfile.loads(made["ConfigMap"]["data"]["hub.yaml"], HubFile, name="hub.yaml")
    assert config.desk.public_hosts == ("hub.example.org",)
    assert not config.keys.is_relative_to(config.data)
    pod = made["StatefulSet"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    assert ports == {"https": config.desk.port, "link": config.link.port}
    assert {one["targetPort"] for one in made["Service"]["spec"]["ports"]} == set(ports)
    assert made["Service"]["spec"]["selector"] == pod["metadata"]["labels"]
    assert made["StatefulSet"]["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"]
    assert made["StatefulSet"]["spec"]["replicas"] == 1
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    claims = {one["metadata"]["name"] for one in made["StatefulSet"]["spec"]["volumeClaimTemplates"]}
    volumes = {one["name"] for one in pod["spec"]["volumes"]} | claims
    mounts = {one["name"]: Path(one["mountPath"]) for one in container["volumeMounts"]}
    assert set(mounts) == volumes
    assert config.data.is_relative_to(mounts["data"])
    assert config.keys.is_relative_to(mounts["keys"])
    assert Path(container["args"][-1]) == mounts["config"] / "hub.yaml"


def test_the_chart_takes_a_configuration_that_is_secret() -> None:
    made = chart(configSecret="lima-hub")
    assert set(made) == {"Service", "StatefulSet"}
    volumes = made["StatefulSet"]["spec"]["template"]["spec"]["volumes"]
    assert [one["secret"]["secretName"] for one in volumes if one["name"] == "config"] == ["lima-hub"]


def test_the_chart_takes_a_class_of_storage() -> None:
    made = chart(storage={"className": "fast", "data": "1Gi", "keys": "1Gi"})
    claims = made["StatefulSet"]["spec"]["volumeClaimTemplates"]
    assert [one["spec"]["storageClassName"] for one in claims] == ["fast", "fast"]


@pytest.mark.parametrize("wrong", ['{{ include "x" . }}', "{{- if .Values.a }}\n", "{{ .Values.b }}"])
def test_what_the_renderer_does_not_know_is_an_error(wrong: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        render(wrong, {"a": 1}, "lima")
