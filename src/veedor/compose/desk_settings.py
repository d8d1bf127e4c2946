"""What a desk is told of its own configuration, at a site and at a hub alike."""

from __future__ import annotations

from veedor.compose.config import DeskFile, SiteFile
from veedor.compose.hub_config import HubFile
from veedor.desk.context import DeskConfig
from veedor.desk.security import hosts_of_certificate


def desk_settings(config: SiteFile | HubFile, desk: DeskFile, name: str) -> DeskConfig:
    """`desk`: how it is served, its certificate included. `name`: of the site or hub. The rest is as by default."""
    hosts = ["localhost", "127.0.0.1", "::1", desk.host, *desk.public_hosts]
    if desk.tls_certificate is not None:
        hosts += hosts_of_certificate(desk.tls_certificate)
    return DeskConfig(
        cookie_secure=desk.tls_certificate is not None or bool(desk.public_hosts),
        allowed_origins=tuple(f"https://{host}" for host in desk.public_hosts),
        allowed_hosts=tuple(dict.fromkeys(hosts)),
        time_zone=config.time_zone,
        language=config.language,
        site_name=name,
        agency_name=config.agency,
        watermark=desk.watermark,
        map_pmtiles=desk.map.pmtiles,
        map_tiles=desk.map.tiles,
        map_attribution=desk.map.tiles_attribution,
        map_tiles_max_zoom=desk.map.tiles_max_zoom,
    )
