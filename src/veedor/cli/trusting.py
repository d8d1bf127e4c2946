"""Comparing an agency's key by another way than the link, before it is believed: at a site and at a hub."""

from __future__ import annotations

import typer

from veedor.cli.output import err, out, print_json, t
from veedor.desk.agencies.keys import AgencyKeys, shown


def show(known: AgencyKeys, again: str, *, as_json: bool) -> None:
    """What is pinned and what is offered. `again`: the command that takes a key over."""
    if as_json:
        former = [{"fingerprint": shown(key), "until": until} for key, until in known.former]
        offered = [shown(one) for one in known.offered]
        print_json({"agency_id": known.agency_id, "pinned": shown(known.pinned), "offered": offered, "former": former})
        return
    out.print(t("cli-trust-pinned", agency=known.name, fingerprint=shown(known.pinned)), highlight=False)
    for one in known.offered:
        out.print(t("cli-trust-offered", fingerprint=shown(one)), highlight=False)
    if known.offered:
        out.print(t("cli-trust-compare", command=f"{again} {known.agency_id} --key"), highlight=False)
    else:
        out.print(t("cli-trust-none"))


def ask(known: AgencyKeys, offered: str, *, yes: bool) -> bool:
    """Show both, and whether somebody says that they compared them."""
    err.print(t("cli-trust-pinned", agency=known.name, fingerprint=shown(known.pinned)), highlight=False)
    err.print(t("cli-trust-offered", fingerprint=shown(offered)), highlight=False)
    err.print(t("cli-trust-means"))
    return yes or typer.confirm(t("cli-trust-sure"), default=False, err=True)
