"""`veedor.yaml`: one small file per site. Cameras, people and rules are not in it; they live in the data folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, IPvAnyNetwork

from veedor.kit import configfile


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_TILES = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9._~/%?&=@{}-]*")


def _tile_address(address: str) -> str:
    places = all(part in address for part in ("{z}", "{x}", "{y}"))
    if not _TILES.fullmatch(address) or "{" in address.split("/")[2] or not places:
        raise ValueError("an address of tiles looks like https://tiles.example/{z}/{x}/{y}.png")
    return address


class MapFile(Strict):
    """What lies below the cameras on the console's map, beside what comes with it."""

    pmtiles: Path | None = None  # a file of tiles (PMTiles 3): needs no network
    tiles: Annotated[str, AfterValidator(_tile_address)] | None = None  # a tile server: pages will ask that host
    tiles_attribution: Annotated[str, Field(max_length=300)] = ""
    tiles_max_zoom: Annotated[int, Field(ge=1, le=22)] = 19


class DeskFile(Strict):
    """Where the desk listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8480
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    public_hosts: tuple[str, ...] = ()  # names by which an HTTPS proxy in front of the desk is reached
    watermark: bool = True  # live pictures and playback carry the name of who watches, and the time
    map: MapFile = MapFile()


class NetworksFile(Strict):
    """Which addresses cameras may have. Loopback and link-local are refused unless a network here contains them."""

    allowed: tuple[IPvAnyNetwork, ...] = ()
    file_directories: tuple[Path, ...] = ()


class RecordingFile(Strict):
    directory: Path | None = None  # default: <data>/recordings
    keep_days: Annotated[float, Field(gt=0)] = 30.0
    legal_minimum_days: Annotated[float, Field(ge=0)] = 30.0
    reserve_bytes: Annotated[int, Field(ge=0)] = 2_000_000_000
    max_bytes: Annotated[int, Field(gt=0)] | None = None


class WorkersListenFile(Strict):
    """Where workers on other machines connect (`veedor worker`). Absent: there are none, and no port is open."""

    host: str = "0.0.0.0"  # noqa: S104 - whoever writes this section wants it to be reached
    port: Annotated[int, Field(ge=0, le=65535)] = 7423
    public_host: Annotated[str, Field(min_length=1, max_length=253)]  # the name or address that workers dial


class AnalysisFile(Strict):
    workers: Annotated[int, Field(ge=0, le=64)] = 1
    model: str = "yolox_nano_416"
    # Models that look at a camera which does not say: "default" is the one above, others are the agency's own.
    models: Annotated[tuple[str, ...], Field(min_length=1, max_length=8)] = ("default",)
    second_look_model: str | None = None  # looks again before an alert is raised; absent: `model`
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    archive_keep_days: Annotated[float, Field(gt=0)] = 90.0
    listen: WorkersListenFile | None = None


class ReviewFile(Strict):
    """When a rule that is mostly wrong goes into review, and how much people are asked about what gave no alert."""

    days: Annotated[float, Field(gt=0, le=366)] = 30.0
    below: Annotated[float, Field(ge=0, le=1)] = 0.3
    least_verdicts: Annotated[int, Field(ge=1)] = 20
    samples_per_day: Annotated[int, Field(ge=0, le=100)] = 4


class SiteLinkFile(Strict):
    """The link of a site that has joined a hub."""

    budget_kbps: Annotated[int, Field(ge=64)] | None = None


def known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name} is no time zone: use a name such as America/Lima")
    return name


class SiteFile(Strict):
    """The whole of `veedor.yaml`."""

    site: Annotated[str, Field(min_length=1, max_length=200)]
    agency: Annotated[str, Field(min_length=1, max_length=200)]
    agency_id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")] = "agency"
    time_zone: Annotated[str, AfterValidator(known_zone)] = "America/Lima"
    language: Annotated[str, Field(pattern="^(es|en)$")] = "es"
    data: Path = Path("data")
    secret_key: Path  # outside `data`, and outside the backups of `data`
    desk: DeskFile = DeskFile()
    networks: NetworksFile = NetworksFile()
    recording: RecordingFile = RecordingFile()
    analysis: AnalysisFile = AnalysisFile()
    link: SiteLinkFile = SiteLinkFile()
    review: ReviewFile = ReviewFile()


def load(path: Path) -> SiteFile:
    """Read and validate; relative paths are taken from the file's folder. Raises ConfigError."""
    read = configfile.load(path, SiteFile)
    base = path.resolve().parent
    recording = read.recording.model_copy(
        update={"directory": base / (read.recording.directory or read.data / "recordings")}
    )
    networks = read.networks.model_copy(
        update={"file_directories": tuple(base / folder for folder in read.networks.file_directories)}
    )
    desk = read.desk.model_copy(
        update={
            "tls_certificate": base / read.desk.tls_certificate if read.desk.tls_certificate else None,
            "tls_key": base / read.desk.tls_key if read.desk.tls_key else None,
            "map": read.desk.map.model_copy(
                update={"pmtiles": base / read.desk.map.pmtiles if read.desk.map.pmtiles else None}
            ),
        }
    )
    return read.model_copy(
        update={
            "data": base / read.data,
            "secret_key": base / read.secret_key,
            "recording": recording,
            "networks": networks,
            "desk": desk,
        }
    )
