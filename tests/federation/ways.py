"""The way from a site to its hub, which misbehaves as told: through a proxy, or through a network of its own.

A proxy ends or stalls connections and makes them slow. A network namespace (root, Linux) loses and delays packets as a
radio link does, and a cut there is silence: nobody is told that the other end has gone. The kernel's netem does that;
where the kernel has none, a `Tunnel` does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

sys.path.insert(0, str(Path(__file__).parents[1] / "link"))

from proxy import Proxy  # type: ignore[import-not-found]

from federation.tunnel import Tunnel, Weather

HUB_ADDRESS = "10.77.0.1"


class Way(Protocol):
    """`leaf_url`: what the site dials. `inside`: the words before its command."""

    leaf_url: str
    inside: Sequence[str]

    def cut(self) -> None: ...
    def bad(self) -> None:
        """5 % of the packets are lost and each is 150 ms on its way; where that cannot be had: slow and late."""

    def mend(self) -> None: ...
    def close(self) -> None: ...


class ProxyWay:
    """Cuts, stalls, and 150 ms each way at 256 kbit/s; it loses nothing, for TCP would mend it unseen."""

    inside: Sequence[str] = ()

    def __init__(self, _number: int, port: int) -> None:
        self.proxy = Proxy(port)
        self.leaf_url = f"tls://127.0.0.1:{self.proxy.port}"

    def cut(self) -> None:
        self.proxy.cut()

    def bad(self) -> None:
        self.proxy.throttle(32_000, 0.15)

    def mend(self) -> None:
        self.proxy.throttle(None)
        self.proxy.mend()

    def close(self) -> None:
        self.proxy.close()


class NamespaceWay:
    """The site in a network namespace, joined to a bridge at which the hub has `HUB_ADDRESS`."""

    def __init__(self, number: int, port: int) -> None:
        self._name = f"veedor{os.getpid() % 10000}s{number}"
        self._here, self._there = f"vd{os.getpid() % 10000}s{number}", "eth0"
        self.leaf_url = f"tls://{HUB_ADDRESS}:{port}"
        self.inside = ["ip", "netns", "exec", self._name]
        _run("ip", "netns", "add", self._name)
        _run("ip", "link", "add", self._here, "type", "veth", "peer", "name", self._there, "netns", self._name)
        _run("ip", "link", "set", self._here, "master", bridge_name(), "up")
        self._in("ip", "addr", "add", f"10.77.0.{number + 10}/24", "dev", self._there)
        self._in("ip", "link", "set", self._there, "up")
        self._in("ip", "link", "set", "lo", "up")

    def _in(self, *words: str) -> None:
        _run("ip", "netns", "exec", self._name, *words)

    def cut(self) -> None:
        """Silence: what is sent is lost, and no connection ends."""
        self._netem("loss", "100%")

    def bad(self) -> None:
        self._netem("loss", "5%", "delay", "150ms")

    def _netem(self, *how: str) -> None:
        _run("tc", "qdisc", "replace", "dev", self._here, "root", "netem", *how)
        self._in("tc", "qdisc", "replace", "dev", self._there, "root", "netem", *how)

    def mend(self) -> None:
        _run("tc", "qdisc", "del", "dev", self._here, "root", check=False)
        subprocess.run(
            [*self.inside, "tc", "qdisc", "del", "dev", self._there, "root"], check=False, capture_output=True
        )

    def close(self) -> None:
        _run("ip", "netns", "del", self._name, check=False)


class TunnelWay:
    """The site in a network namespace, at the other end of a `Tunnel`; the hub has `HUB_ADDRESS` at this end."""

    def __init__(self, number: int, port: int) -> None:
        self._name = f"veedor{os.getpid() % 10000}s{number}"
        here, there, address = f"vt{os.getpid() % 10000}h{number}", f"vt{os.getpid() % 10000}s{number}", number + 10
        self.leaf_url = f"tls://{HUB_ADDRESS}:{port}"
        self.inside = ["ip", "netns", "exec", self._name]
        _run("ip", "netns", "add", self._name)
        try:
            self.tunnel = Tunnel(here, there)
            _run("ip", "link", "set", there, "netns", self._name)
            _run("ip", "addr", "add", HUB_ADDRESS, "peer", f"10.77.0.{address}", "dev", here)
            _run("ip", "link", "set", here, "up")
            self._in("ip", "addr", "add", f"10.77.0.{address}", "peer", HUB_ADDRESS, "dev", there)
            self._in("ip", "link", "set", there, "up")
            self._in("ip", "link", "set", "lo", "up")
        except (OSError, subprocess.CalledProcessError):
            _run("ip", "netns", "del", self._name, check=False)
            raise

    def _in(self, *words: str) -> None:
        _run(*self.inside, *words)

    def cut(self) -> None:
        """Silence: what is sent is lost, and no connection ends."""
        self.tunnel.weather = Weather(loss=1.0)

    def bad(self) -> None:
        self.tunnel.weather = Weather(loss=0.05, delay_s=0.15)

    def mend(self) -> None:
        self.tunnel.weather = Weather()

    def close(self) -> None:
        self.tunnel.close()
        _run("ip", "netns", "del", self._name, check=False)


@dataclass(frozen=True, slots=True)
class Network:
    """What ways there are here. `make`: way number so-and-so to a port. `said`: which kind, and why no better one."""

    make: Callable[[int, int], Way]
    hub_address: str
    said: str


def best_network() -> Network:
    """Namespaces with netem, else namespaces with tunnels, else proxies. `close_bridge` at the end."""
    if why_no_netem := open_bridge():
        if why_no_tunnel := _try_tunnel():
            return Network(ProxyWay, "127.0.0.1", f"proxies (no namespaces: {why_no_netem}; {why_no_tunnel})")
        return Network(TunnelWay, HUB_ADDRESS, f"namespaces, tunnels that lose and delay (no netem: {why_no_netem})")
    return Network(NamespaceWay, HUB_ADDRESS, "namespaces, tc netem")


def _try_tunnel() -> str:
    """Why a tunnel cannot be had; empty: it can."""
    try:
        TunnelWay(200, 1).close()
    except (OSError, subprocess.CalledProcessError) as problem:
        return str(getattr(problem, "stderr", "") or problem).strip()[:200]
    return ""


def bridge_name() -> str:
    return f"vdbr{os.getpid() % 10000}"


def open_bridge() -> str:
    """Why namespaces cannot be used here; empty: they can, and the bridge is there."""
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("tc"):
        return "not root, or no ip and tc"
    try:
        _run("ip", "link", "add", bridge_name(), "type", "bridge")
        _run("ip", "addr", "add", f"{HUB_ADDRESS}/24", "dev", bridge_name())
        _run("ip", "link", "set", bridge_name(), "up")
        _run("tc", "qdisc", "replace", "dev", bridge_name(), "root", "netem", "delay", "1ms")
        _run("tc", "qdisc", "del", "dev", bridge_name(), "root")
        probe = f"vdprobe{os.getpid() % 10000}"
        _run("ip", "netns", "add", probe)
        _run("ip", "netns", "del", probe)
    except subprocess.CalledProcessError as problem:
        close_bridge()
        return str(problem.stderr or problem).strip()[:200]
    return ""


def close_bridge() -> None:
    _run("ip", "link", "del", bridge_name(), check=False)


def _run(*words: str, check: bool = True) -> None:
    subprocess.run(words, check=check, capture_output=True, text=True)
