"""What the keys of `veedor.yaml` and of rules files mean, where their models do not say it in a `description`.

A test fails when a key has no meaning, or a meaning no key. For the key `name` of `Model`, `Model.name` is asked first,
then its ancestors', then `name`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a key means; `value` and `default` only where the model's own would mislead a reader."""

    meaning: str
    value: str | None = None
    default: str | None = None


_TIME_OF_DAY = 'text `"HH:MM"`, to `"24:00"`'

MEANINGS: dict[str, Meaning] = {
    # veedor.yaml
    "site": Meaning("Name of the installation, as people read it"),
    "agency": Meaning("Who answers for the cameras and the records: every row, act and audit entry carries it"),
    "agency_id": Meaning("Its short name in records, never changed after the first start"),
    "time_zone": Meaning("IANA name. For the schedules of rules and for people's eyes; stored times are UTC", "text"),
    "language": Meaning("Of alerts' sentences, where a person has not chosen one"),
    "data": Meaning("Folder of the databases, rules, alert pictures and, unless told otherwise, recordings"),
    "secret_key": Meaning("File of the key that encrypts camera passwords: outside `data` and outside its backups"),
    "host": Meaning("Address to listen on. Anything beyond this machine needs the two TLS files"),
    "port": Meaning("0 takes any free one, and says which"),
    "tls_certificate": Meaning("PEM, with its chain. `veedor init --tls NAME` makes one"),
    "tls_key": Meaning("PEM, readable by Veedor's user only"),
    "public_hosts": Meaning("Names by which an HTTPS proxy in front of the desk is reached"),
    "watermark": Meaning("Live pictures and playback carry the name of who watches, and the time"),
    "pmtiles": Meaning("A file of map tiles (PMTiles 3), served by the desk: needs no network"),
    "tiles": Meaning(
        "Address of a tile server, as `https://host/{z}/{x}/{y}.png`. Browsers then ask that host; it is the only one"
    ),
    "tiles_attribution": Meaning("What the tiles' owner wants to be shown on the map"),
    "tiles_max_zoom": Meaning("The closest zoom that those tiles have"),
    "allowed": Meaning("Networks that may have cameras. Empty: all but this machine itself and link-local addresses"),
    "file_directories": Meaning("Folders from which video files may be taken as cameras. Empty: none"),
    "directory": Meaning("Folder of the recordings", default="`<data>/recordings`"),
    "keep_days": Meaning(
        "How long footage is kept, for cameras without days of their own (`veedor cameras add --keep-days`) and for "
        "cameras that were removed. Locked evidence stays longer than either"
    ),
    "legal_minimum_days": Meaning("The site raises an alert when want of space deletes footage younger than this"),
    "reserve_bytes": Meaning("Space that video never fills, so that databases and the audit can always be written"),
    "max_bytes": Meaning("Most space that recordings may take together. None: all of the disk but the reserve"),
    "workers": Meaning("Analysis processes. 0: record only"),
    "model": Meaning("Which detector, by its name in [models](models.md)"),
    "models": Meaning(
        'Models that look at a camera which does not say: "default" is `model`, others are the agency\'s own',
        default="default",
    ),
    "second_look_model": Meaning("The model that looks again before an alert is raised; without it `model`"),
    "threads": Meaning("Cores for the detector of each analysis process"),
    "recording": Meaning("What is kept, where, and for how long"),
    "analysis": Meaning("How cameras are watched"),
    "listen": Meaning(
        "Where workers on other machines connect ([workers](../operate/workers.md)). Absent: no port is open"
    ),
    "WorkersListenFile.host": Meaning(
        "Address to listen on; always with TLS, by a certificate authority of the site's own"
    ),
    "WorkersListenFile.port": Meaning("TCP. An invitation needs it to be a fixed one: not 0"),
    "public_host": Meaning("The name or address by which the other machines reach this one"),
    "link": Meaning("The link of a site that has joined a hub"),
    "budget_kbps": Meaning(
        "Kilobits a second that pictures may take of the way to the hub: substreams first, then no more live pictures. "
        "Events and alerts are not counted and go first. None: no limit"
    ),
    "review": Meaning("When a rule that is mostly wrong goes into review, and how much is asked of what gave no alert"),
    "ReviewFile.days": Meaning("How many days back people's verdicts on a rule's alerts count"),
    "ReviewFile.below": Meaning(
        "A rule goes into review where its precision is surely below this share (the upper end of Wilson's interval at "
        "95 %). `0`: none ever does"
    ),
    "ReviewFile.least_verdicts": Meaning("And not before so many verdicts"),
    "ReviewFile.samples_per_day": Meaning(
        "How many random stretches without an alert people are asked about, of each camera a day, at most. `0`: none"
    ),
    "archive_keep_days": Meaning("How long finished tracks are kept; they hold paths and times, no pictures"),
    # rules: every rule
    "name": Meaning("How people know the rule; of its own in the file"),
    "kind": Meaning("Which kind of rule: one of those below"),
    "enabled": Meaning("`false` puts the rule to sleep without deleting it"),
    "severity": Meaning("How grave an alert of this rule is"),
    "schedule": Meaning("When the rule is awake, in the site's time zone. None: always"),
    "debounce_s": Meaning("How long the condition must hold before it counts"),
    "cooldown_s": Meaning("How long the rule keeps quiet after an event began"),
    # rules about tracks
    "classes": Meaning("Which classes count; `vehicle` stands for all vehicles, bicycles too. None: all"),
    "min_size": Meaning(
        "The smallest box that counts: `height` and `area` as shares of the picture's; a number alone is `height`"
    ),
    "cooldown_per": Meaning("Whether the pause is for the whole rule or for each track by itself"),
    "anchor": Meaning("Which point of the box says where a thing is: the middle of its lower edge, or its centre"),
    "second_look": Meaning(
        "Whether the detector looks closely once more before an alert; `auto`: where the kind rests on one object"
    ),
    "preset": Meaning(
        "Name or number of the preset at which the camera must be; elsewhere the rule rests. None: the usual view"
    ),
    # rules about a zone
    "zone": Meaning("Name of a zone in this file. None: the whole picture, where the kind allows it"),
    "absence_s": Meaning("How long a thing may be out of the zone, or unseen, without its event being over"),
    # schedule
    "days": Meaning(
        "Days on which the span begins", "list of `mon` ... `sun` (or `lun` ... `dom`), spans as `mon..fri`", "all"
    ),
    "Schedule.from_": Meaning("Begin", _TIME_OF_DAY, '`"00:00"`'),
    "Schedule.to": Meaning("End; earlier than `from` means past midnight", _TIME_OF_DAY, '`"24:00"`'),
    # tripwire
    "Tripwire.from_": Meaning("Where the line begins", "`[x, y]`"),
    "Tripwire.to": Meaning(
        "Where it ends. Left and right are those of somebody at `from` who looks at `to`", "`[x, y]`"
    ),
    "tripwire": Meaning("Name of a tripwire in this file"),
    "direction": Meaning("Which crossings count"),
    "bridge_s": Meaning("For how long a track may be unseen while it crosses"),
    # the kinds
    "dwell_s": Meaning("How long it must last"),
    "more_than": Meaning("The event begins when more than this many are in the zone"),
    "attended_within": Meaning(
        "Somebody nearer than this (share of the picture's height) minds the thing: no event while so"
    ),
    "off_by_more_than_s": Meaning("How far the camera's clock may be from the site's"),
    "after_s": Meaning("How long no picture may come before it counts"),
    "checks": Meaning("Which causes count"),
    "covered_more_than": Meaning("Share of the picture that lost what it normally shows"),
    "shifted_more_than": Meaning("How far the view has moved, as a share of the picture's width"),
    "sharpness_below": Meaning("Sharpness, 1 being the camera's normal"),
    "frozen_for_s": Meaning("For how long the very same picture, noise included, has come"),
    # the kinds of movement
    "pacing_s": Meaning("How long somebody in sight may be outside without the visit being over"),
    "WrongWayParams.allowed": Meaning("The direction over the line that is right"),
    "within_deg": Meaning("How many degrees a heading may be off the opposite direction"),
    "learned": Meaning("Whether the usual direction of each place, learned from tracks, comes before the drawn one"),
    "least_tracks": Meaning("How many tracks must have gone through a place before its usual direction is known"),
    "least_speed": Meaning("Slower is no movement: sizes of the object itself (the root of its box's area) per second"),
    "per_day": Meaning("The most events a day; each of `aspects` has an even share of how rare a track must be"),
    "least_days": Meaning("Days that must have been learned before anything is said"),
    "aspects": Meaning("In what a track may be rare: `place`, `hour`, `way`, `speed`, `stay`"),
    "bodies_per_s": Meaning("Body heights per second: walking is about 0.8, running 1.5 and more"),
    "limit_kmh": Meaning("km/h on the ground"),
    "reach_bodies": Meaning("How far from the spot still counts as staying, in body heights"),
    "height_below": Meaning("Share of the height of a moment before"),
    "from_speed": Meaning("What it went before: sizes of the object itself per second"),
    "within_bodies": Meaning("How near counts as together, in body heights between the feet"),
    "apart_bodies": Meaning("How far counts as apart, in body heights between the feet"),
    "together_s": Meaning("How long they must have been together"),
    "people": Meaning("How many must come"),
    "within_s": Meaning("Time in which it must happen"),
    "from_bodies": Meaning("From how far they come, in body heights"),
    "spread_deg": Meaning("Smallest arc of the directions they come from"),
    "change": Meaning("What makes an event"),
    "by_count": Meaning("How many more, or fewer"),
    "spacing_bodies": Meaning("How near the next one in a queue is, in body heights"),
    "stood_s": Meaning("How long it must have stood"),
    "stood_most_s": Meaning("Who stands longer than this has parked"),
    "beside_within": Meaning("How near a person must have been, as a share of the picture's height"),
    "times": Meaning("How many passes make an event"),
    "span_s": Meaning("The time in which they must all be"),
    "apart_s": Meaning("Least time between two passes"),
    "regular": Meaning("The longest pause between passes is at most so many times the shortest"),
    "quiet_below": Meaning("Where so many of the class and size pass the same way in the span, nothing is said"),
    "leaves_within_s": Meaning("How soon after moving again it must have its speed"),
    "leaves_at": Meaning("The speed: sizes of the vehicle itself per second"),
    "beside_bodies": Meaning("How near the person must be, in body heights between the boxes"),
    "period_s": Meaning("How long each count lasts"),
    # compositions
    "steps": Meaning("Names of other rules of this file; a list, or one text with commas"),
    "without": Meaning("Names of rules that must have no event meanwhile; as `steps`"),
    "same": Meaning("What the events must share: nothing, the zone or line, or a track"),
    "near": Meaning("How far apart they may be, as a share of the picture's height; 0 does not look"),
    "after": Meaning("Name of the rule whose event begins the wait"),
    "missing": Meaning("Name of the rule whose event ends it"),
}


def meaning(models: tuple[str, ...], name: str) -> Meaning | None:
    """The meaning of key `name` in the first of `models` (a model's name, then its ancestors') that has one."""
    keys = [f"{model}.{name}" for model in models] + [name]
    return next((MEANINGS[key] for key in keys if key in MEANINGS), None)
