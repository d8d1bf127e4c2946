"""What a desk is given: the ports to its site, its database, its settings. `app.create_app` takes one `DeskPorts`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from veedor.access.actions import Action
from veedor.access.check import Access
from veedor.access.principal import Principal
from veedor.desk.database import Database
from veedor.desk.outward.outward import federate
from veedor.desk.review.bounds import ReviewConfig
from veedor.desk.samples.frame import SampleConfig
from veedor.kit.clock import Clock
from veedor.kit.messages import Message
from veedor.kit.secrets import SecretBox
from veedor.model.seal import SEAL_LONGEST
from veedor.wire.detectors import DetectorList
from veedor.wire.ports import AgencySigner, CameraDirectory, Footage, LiveView, SiteView, TrackSearch
from veedor.wire.ptz import Ptz
from veedor.wire.rules import Backtests, RulesBook
from veedor.wire.second_looks import SecondLookBook
from veedor.wire.setup import CameraSetup
from veedor.wire.usual import UsualMovement
from veedor.wire.views import CameraViews

if TYPE_CHECKING:
    from veedor.desk.accounts.tables import UserRow
    from veedor.desk.commands.service import FarCommands
    from veedor.desk.evidence.collected import FarEvidence
    from veedor.desk.sealing.keeper import NewSeal
    from veedor.desk.sealing.tables import SealRow
    from veedor.wire.approvals import ApprovalDocument


class Vouching(Protocol):
    """How a hub lets in people whose agency has a desk of its own: that desk looks at the password."""

    def concerns(self, username: str) -> bool:
        """Whether somebody of that name belongs to such an agency."""

    def vouch(self, session_id: str, username: str, password: str, code: str | None, address: str | None) -> str:
        """Have the person proved by their agency, for a session of that id; their user id here.

        Raises WrongPassword, CodeNeeded, WrongCode, LoginThrottled, Unavailable.
        """

    def opened_here(self, user: UserRow, session_id: str) -> None:
        """Somebody of this desk's own logged in: their session needs a key too, to ask other sites."""

    def sign_approval(self, who: Principal, wanted: ApprovalDocument) -> str | None:
        """What a second person agrees to, signed with their session's key, for other sites; None where it has none."""


class Sealing(Protocol):
    """Making and opening seals, wherever the agency's key is. Called by code that has passed `access/`."""

    def make(self, who: Principal, wanted: NewSeal) -> SealRow:
        """Raises SealNeeds, SealNotHere, OwnSeal, SealThere, NotFound, Unavailable."""

    def open(self, who: Principal, seal_id: str) -> object:
        """Raises NotFound, OwnSeal, SealOver, SealNotHere, Unavailable."""


class AlertPictures(Protocol):
    """Pictures of alerts that are at their own site. Called by code that has passed `access/`."""

    def snapshot(self, camera_id: str, alert_id: str) -> bytes:
        """JPEG; NotFound where there is none. Raises what the site raises."""

    def clip(self, camera_id: str, alert_id: str) -> Iterator[bytes]:
        """MP4; empty where there is none."""


@dataclass(frozen=True, slots=True)
class HubState:
    """How a joined site stands with its hub. `heard_at`: when it answered last; None: not since the start. `problem`:
    why it does not answer. `doubled`: that another machine uses this site's identity."""

    name: str
    connected: bool
    heard_at: datetime | None
    problem: Message | None = None
    doubled: Message | None = None


@dataclass(frozen=True, slots=True)
class DeskConfig:
    """Settings of a desk.

    `cookie_secure`: True where the desk is reached by HTTPS (its own TLS, or a proxy's). `allowed_hosts`: names,
    without port, that a request may ask for: against DNS rebinding. `allowed_origins`: further origins, such as
    "https://console.example", beside the desk's own. `watermark`: live pictures and playback carry the name of who
    watches and the time. `map_pmtiles`: a file of map tiles; `map_tiles`: a tile server's address with {z}, {x}
    and {y}, the one other host that the console may ask. `keeps_agencies`: this desk keeps the tree of agencies (a
    hub's); elsewhere one's own agency alone can be changed.
    `joint_within_m`, `joint_within_s`: how near, in metres and seconds, alerts of several agencies are proposed as one
    incident. `seal_longest_days`: how long case and officer may be sealed at most.
    `federated`: facts are also written for a hub. `is_hub`: cameras are at other sites, and video is not kept here.
    `review`: when a rule that is mostly wrong is demoted. `samples`: how many stretches without an alert people are
    asked about.
    """

    cookie_secure: bool = False
    session_hours: float = 12.0
    allowed_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "::1")
    time_zone: str = "America/Lima"
    language: str = "es"
    site_name: str = "Veedor"
    agency_name: str = ""
    watermark: bool = True
    map_pmtiles: Path | None = None
    map_tiles: str | None = None
    map_attribution: str = ""
    map_tiles_max_zoom: int = 19
    clip_max_h: float = 6.0
    list_max_h: float = 24.0 * 31
    password_min_length: int = 12
    keeps_agencies: bool = False
    joint_within_m: float = 300.0
    joint_within_s: float = 300.0
    seal_longest_days: int = SEAL_LONGEST.days
    federated: bool = False
    is_hub: bool = False
    review: ReviewConfig = field(default_factory=ReviewConfig)
    samples: SampleConfig = field(default_factory=SampleConfig)


@dataclass(frozen=True, slots=True)
class DeskPorts:
    """Everything that a desk needs from outside. Only routes that passed `need.Need` hold one.

    `signer`: where agencies' keys are at this desk; None: nothing is signed here. `sealing`: the same for seals.
    `search`: over many sites; None: the one site is asked. `hub`: of a site that has joined one. `backtests`,
    `second_looks`, `views`, `usual`, `detectors`: None where cameras are at other sites. `far_evidence`,
    `far_commands`: a hub's ways to evidence and cameras at other sites. `vouching`, `alert_pictures`, `on_behalf`: a
    hub's; the last gives the same ports, whose calls to other sites go in the name of one person.
    """

    footage: Footage
    live: LiveView
    cameras: CameraDirectory
    site: SiteView
    ptz: Ptz
    setup: CameraSetup
    rules: RulesBook
    clock: Clock
    database: Database
    access: Access
    data_directory: Path
    agency_id: str
    secrets: SecretBox
    config: DeskConfig = field(default_factory=DeskConfig)
    vouching: Vouching | None = None
    alert_pictures: AlertPictures | None = None
    on_behalf: Callable[[DeskPorts, Principal, Action], DeskPorts] | None = None
    signer: AgencySigner | None = None
    search: TrackSearch | None = None
    far_evidence: Callable[[Principal], FarEvidence] | None = None
    far_commands: Callable[[Principal], FarCommands] | None = None
    hub: Callable[[], HubState] | None = None
    backtests: Backtests | None = None
    second_looks: SecondLookBook | None = None
    views: CameraViews | None = None
    usual: UsualMovement | None = None
    sealing: Sealing | None = None
    detectors: DetectorList | None = None

    def __post_init__(self) -> None:
        if self.config.federated:
            federate(self.database, self.clock, relays=self.config.is_hub)
