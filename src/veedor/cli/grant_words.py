"""A grant as the sentence of the console's sharing screen (`web/src/sharing/words.ts`), in the language of this run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, get_day_names
from babel.lists import format_list

from veedor.cli import output
from veedor.cli.output import t
from veedor.kit.messages import has_message

_LOCALES = {"es": Locale("es", "PE"), "en": Locale("en", "GB")}  # those of the console
_RIGHTS = ("live", "playback", "ptz", "search", "alerts", "evidence")
_NAMED = 3  # more cameras than these are counted
_AND_I = re.compile(r"(i.*|hi|hi[^ae].*)", re.IGNORECASE | re.DOTALL)
_OR_O = re.compile(r"((o|ho|8).*|11|11 .*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Known:
    """What the desk said beside its grants: the site's time zone, and names of cameras by their ids."""

    time_zone: str
    cameras: Mapping[str, str]


def sentence_of(grant: Mapping[str, Any], known: Known) -> str:
    """ "PNP may watch live and play back all cameras of La Victoria, at any hour, for robbery, until 31 Dec 2026." """
    rights, also = _deeds(grant["rights"])
    zone = ZoneInfo(known.time_zone)
    until = datetime.fromisoformat(grant["expires_at"]).astimezone(zone)  # the console shows times in the site's zone
    text = t(
        f"sharing-sentence-{grant['kind']}",
        owner=grant["owner"]["name"],
        grantee=grant["grantee"]["name"],
        rights=rights,
        also=also,
        cameras=_cameras(grant["cameras"], known),
        hours=_hours(grant["hours"]),
        purposes=_listed([_purpose(one) for one in grant["purposes"]], "or"),
        until=format_skeleton("yMMMd", until, tzinfo=zone, locale=_locale()),
        span=_span(grant, zone),
        clock=f"{until:%H:%M:%S}",
    )
    conditions = _conditions(grant["conditions"])
    return f"{text}; {conditions}." if conditions else f"{text}."


def state_of(grant: Mapping[str, Any]) -> str:
    """Where it stands, in a word or two."""
    return t(f"sharing-state-{'refused' if grant['refused'] else grant['state']}")


def waits_for(grant: Mapping[str, Any]) -> str:
    """What the person's own agency has to do with it; empty where nothing."""
    if grant["awaits_own_signature"]:
        return t("sharing-waits-signature")
    return t("sharing-waits-review") if grant["awaits_review"] and grant["given"] else ""


def names_wanted(grants: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one of these sentences names cameras."""
    return any(one["cameras"]["kind"] == "list" and len(one["cameras"]["ids"]) <= _NAMED for one in grants)


def _deeds(rights: Sequence[str]) -> tuple[str, str]:
    """What is done with the cameras themselves, and what beside: "watch live" them, "and get their alerts"."""
    ordered = sorted(rights, key=lambda one: (_RIGHTS.index(one) if one in _RIGHTS else len(_RIGHTS), one))
    direct = [one for one in ordered if _has(f"sharing-may-{one}")]
    beside = [one for one in ordered if one not in direct]
    if not direct:
        return _listed([_word("of", one) for one in beside]), ""
    also = t("sharing-also", deeds=_listed([_word("their", one) for one in beside])) if beside else ""
    return _listed([_word("may", one) for one in direct]), also and f" {also}"


def _word(stem: str, right: str) -> str:
    key = f"sharing-{stem}-{right}"
    return t(key) if _has(key) else right


def _cameras(cameras: Mapping[str, Any], known: Known) -> str:
    kind = cameras["kind"]
    if kind in ("all", "area"):
        return t(f"sharing-cameras-{kind}")
    if kind == "tag":
        return t("sharing-cameras-tag", tag=str(cameras["tag"]))
    ids = cameras["ids"]
    if not ids:
        return t("sharing-cameras-none")
    names = [known.cameras.get(one, "") for one in ids]
    if len(ids) > _NAMED or not all(names):
        return t("sharing-cameras-count", count=len(ids))
    return t("sharing-cameras-named", count=len(ids), names=_listed(names))


def _hours(hours: Mapping[str, Any] | None) -> str:
    if hours is None:
        return t("sharing-hours-any")
    windows = [
        t("sharing-hours-window", days=_days(one["days"]), **{"from": one["from"], "to": one["to"]})
        for one in hours["windows"]
    ]
    return _listed(windows) if windows else t("sharing-hours-never")


def _days(days: Sequence[int]) -> str:
    """0 is Monday."""
    names = get_day_names("abbreviated", "stand-alone", _locale())
    known = sorted(days)
    if len(known) == 7:
        return t("sharing-every-day")
    if len(known) > 2 and known[-1] - known[0] == len(known) - 1:
        return t("sharing-days-span", first=names[known[0]], last=names[known[-1]])
    return _listed([names[one] for one in known])


def _conditions(conditions: Mapping[str, Any]) -> str:
    return _listed([_condition(name, value) for name, value in conditions.items()])


def _condition(name: str, value: Any) -> str:
    if name == "case_number" and value is not True:
        return t("sharing-condition-this-case", number=str(value))
    key = f"sharing-condition-{name}"
    return t(key) if _has(key) else t("sharing-condition-unknown", name=name)


def _purpose(purpose: str) -> str:
    return t("sharing-purpose-emergency") if purpose == "emergency" else purpose


def _span(grant: Mapping[str, Any], zone: ZoneInfo) -> str:
    if not grant["span_start"] or not grant["span_end"]:
        return ""
    first, last = (datetime.fromisoformat(grant[one]).astimezone(zone) for one in ("span_start", "span_end"))
    return t("sharing-span", day=_day(first), **{"from": f"{first:%H:%M:%S}", "to": f"{last:%H:%M:%S}"})


def _locale() -> Locale:
    return _LOCALES.get(output.lang, _LOCALES["es"])


def _has(key: str) -> bool:
    return has_message(key, _locale().language)


def _day(at: datetime) -> str:
    """ "03-dic.", "03 Dec": two digits, also in languages that have no such pattern of their own."""
    skeletons = _locale().datetime_skeletons
    pattern = skeletons["MMMdd" if "MMMdd" in skeletons else "MMMd"]
    return format_date(at, re.sub(r"\bd\b", "dd", pattern.pattern), _locale())


def _listed(words: Sequence[str], kind: Literal["standard", "or"] = "standard") -> str:
    """ "a, b and c", or ("or") "a, b or c"; in Spanish "y" and "o" give way before their own sound."""
    locale = _locale()
    text = format_list(words, kind, locale)
    if locale.language != "es" or len(words) < 2:
        return text
    word, other, before = ("o", "u", _OR_O) if kind == "or" else ("y", "e", _AND_I)
    last = words[-1]
    if not before.fullmatch(last):
        return text
    return f"{text.removesuffix(f' {word} {last}')} {other} {last}"
