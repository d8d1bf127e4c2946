"""A drawing for each kind of rule: what makes it speak, in a few strokes.

Words of a stroke: `zone`, `line`, `person x y`, `car x y`, `bag x y`, `lying x y`, `path x1 y1 x2 y2` (an arrow),
`ghost` before a thing (where it was), `camera` with what it shows. The field is 160 by 90.
"""

from __future__ import annotations

_INK, _RED, _BLUE, _GREY = "#334155", "#dc2626", "#2563eb", "#94a3b8"

SKETCHES: dict[str, str] = {
    "zone_intrusion": "zone; ghost person 20 70; path 28 66 78 66; person 88 70",
    "tripwire": "line; ghost person 45 70; path 53 64 104 64; person 114 70",
    "loitering": "zone; person 88 70; path 80 76 64 76; path 98 76 118 76; clock",
    "occupancy": "zone; person 65 60; person 82 72; person 98 60; person 114 72",
    "object_left": "zone; bag 80 72; path 92 66 138 66; ghost person 84 70; person 146 70; clock",
    "stopped_vehicle": "zone; car 92 66; clock",
    "counting": "line; path 56 40 104 40; path 104 60 56 60; person 48 44; car 118 64",
    "wrong_way": "line; path 56 24 104 24; ghost car 120 64; wrong 102 62 64 62; car 44 64",
    "unusual": "path 24 60 136 60; path 24 72 136 72; path 24 48 136 48; "
    "ghost car 134 30; wrong 116 30 54 30; car 34 30",
    "queue": "zone; person 55 70; person 71 70; person 87 70; person 103 70; person 119 70; clock",
    "crowd": "zone; person 80 62; person 94 68; path 30 40 64 56; path 140 40 108 58; path 86 14 86 38",
    "lingering": "ghost person 30 70; path 38 66 72 66; person 82 70; clock",
    "running": "ghost person 24 70; wrong 32 60 124 60; person 134 70",
    "person_down": "ghost person 80 66; wrong 96 44 96 62; lying 82 74; clock",
    "fight": "person 72 70; person 88 70; wrong 58 60 68 60; wrong 102 60 92 60",
    "meeting": "ghost person 24 70; path 32 66 64 66; person 74 70; "
    "person 88 70; path 130 66 98 66; ghost person 138 70",
    "parting": "ghost person 74 70; ghost person 88 70; "
    "path 66 66 34 66; path 96 66 128 66; person 26 70; person 136 70",
    "group_converging": "person 80 62; wrong 24 50 66 56; wrong 136 50 94 56; wrong 80 16 80 34; "
    "ghost person 18 58; ghost person 142 58",
    "object_removed": "ghost bag 80 74; person 98 70; wrong 108 66 142 66; bag 104 58",
    "parked_vehicle": "car 80 66; clock; clock",
    "closed_area": "zone; ghost car 24 66; wrong 42 66 74 66; car 94 66; night",
    "speeding": "ghost car 22 66; wrong 40 66 116 66; car 134 66; metres",
    "sudden_stop": "ghost car 30 66; path 48 66 92 66; wrong 96 52 96 78; car 114 66",
    "collision": "ghost car 24 66; wrong 42 66 68 66; car 84 66; car 108 66",
    "vehicle_circling": "zone; car 86 66; path 104 66 146 66; path 146 22 24 22; path 24 30 24 60",
    "stop_and_flee": "person 70 72; ghost car 78 52; wrong 96 52 142 52; path 16 52 58 52",
    "camera_offline": "camera none",
    "camera_tampered": "camera covered",
    "camera_clock": "camera late; clock",
    "sequence": "box 36 A; path 54 45 68 45; box 86 B; clock",
    "together": "box 54 A; box 104 B; joined 72 45 86 45",
    "absence": "box 36 A; path 54 45 72 45; gone 96 B; clock",
}


# The console has two themes: each colour is one of its tokens there.
_TOKENS = {
    _INK: "--text",
    _RED: "--critical",
    _BLUE: "--accent",
    _GREY: "--muted",
    "#fff": "--surface",
    "#0f172a": "--line-strong",
    "#475569": "--line-strong",
    "#e2e8f0": "--hover",
}


def drawings() -> dict[str, str]:
    """File names and SVG, for every kind."""
    return {f"{kind}.svg": _drawn(sketch) for kind, sketch in SKETCHES.items()}


def console() -> str:
    """The same, as a module of the console: what stands inside an `svg` with the view box `0 0 160 90`."""
    lines = []
    for kind, sketch in SKETCHES.items():
        inside = "".join(_parts(sketch))
        for colour, token in _TOKENS.items():
            inside = inside.replace(f'"{colour}"', f'"var({token})"')
        for head in ("b", "r"):  # on one page every arrow head needs a name of its own
            inside = inside.replace(f'id="{head}"', f'id="{kind}-{head}"').replace(
                f"url(#{head})", f"url(#{kind}-{head})"
            )
        lines.append(f"  {kind}: `{inside}`,")
    first = "// Made by `make reference`: the drawings of docs/reference/drawings, in the colours of the theme."
    return "\n".join([first, "export const drawings: Record<string, string> = {", *lines, "};"]) + "\n"


def _drawn(sketch: str) -> str:
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90" width="320" height="180">'
    ground = '<rect width="160" height="90" rx="4" fill="#f8fafc" stroke="#cbd5e1"/>'
    defs, *parts = _parts(sketch)
    return "\n".join([head, defs, ground, *parts, "</svg>"]) + "\n"


def _parts(sketch: str) -> list[str]:
    """The arrow heads, then every stroke."""
    strokes = [_stroke(stroke.split(), number) for number, stroke in enumerate(sketch.split("; "))]
    heads = "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{colour}"/></marker>'
        for name, colour in (("b", _BLUE), ("r", _RED))
    )
    return [f"<defs>{heads}</defs>", *strokes]


def _stroke(words: list[str], number: int) -> str:
    """One stroke as SVG."""
    if words[0] == "ghost":
        return f'<g opacity="0.35">{_stroke(words[1:], number)}</g>'
    name, numbers = words[0], [float(one) for one in words[1:] if one.replace(".", "").isdigit()]
    fixed = _FIXED.get(name)
    if fixed:
        return fixed.format(x=132 - 22 * (number % 2))
    if name in ("path", "wrong", "joined"):
        x1, y1, x2, y2 = numbers
        colour, mark = {"path": (_BLUE, "b"), "wrong": (_RED, "r"), "joined": (_GREY, "")}[name]
        end = f' marker-end="url(#{mark})"' if mark else ""
        return f'<path d="M{x1:g} {y1:g} {x2:g} {y2:g}" stroke="{colour}" stroke-width="2.5" fill="none"{end}/>'
    if name in ("box", "gone"):
        dashes = ' stroke-dasharray="4 3"' if name == "gone" else ""
        colour = _RED if name == "gone" else _INK
        x = numbers[0]
        frame = f'<rect x="{x - 16:g}" y="33" width="32" height="24" rx="4" fill="#fff" stroke="{colour}"{dashes}/>'
        said = f'<text x="{x:g}" y="50" text-anchor="middle" font-size="13" fill="{colour}">{words[-1]}</text>'
        return frame + said
    if name == "camera":
        inside = {"none": "", "covered": '<rect x="56" y="30" width="48" height="32" fill="#475569"/>'}
        late = f'<text x="80" y="50" text-anchor="middle" font-size="11" fill="{_RED}">09:58?</text>'
        shown = inside.get(words[1], late)
        cross = f'<path d="M58 32 102 60M102 32 58 60" stroke="{_RED}" stroke-width="2"/>' if words[1] == "none" else ""
        return f'<rect x="56" y="30" width="48" height="32" fill="#e2e8f0" stroke="{_INK}"/>{shown}{cross}'
    return f'<g transform="translate({numbers[0]:g} {numbers[1]:g})">{_THINGS[name]}</g>'


_FIXED = {
    "zone": f'<path d="M46 26 130 20 144 82 34 82z" fill="{_BLUE}" fill-opacity="0.12" stroke="{_BLUE}"/>',
    "line": f'<path d="M80 14 80 82" stroke="{_BLUE}" stroke-width="2.5"/>',
    "clock": f'<g transform="translate({{x}} 16)"><circle r="9" fill="#fff" stroke="{_INK}"/>'
    f'<path d="M0 -6 0 0 4 3" fill="none" stroke="{_INK}" stroke-width="1.5"/></g>',
    "night": f'<path d="M140 10a8 8 0 1 0 8 12 7 7 0 0 1 -8 -12z" fill="{_INK}"/>',
    "metres": f'<text x="80" y="84" text-anchor="middle" font-size="10" fill="{_INK}">m, s → km/h</text>'
    f'<path d="M30 74 130 74" stroke="{_GREY}" stroke-dasharray="10 4"/>',
}
_THINGS = {
    "person": f'<circle cy="-27" r="4.5" fill="{_INK}"/><path d="M-4.5 -21h9v11h-2v12h-5v-12h-2z" fill="{_INK}"/>',
    "lying": f'<circle cx="-17" r="4.5" fill="{_INK}"/><path d="M-11 -4.5v9h11v-2h14v-5h-14v-2z" fill="{_INK}"/>',
    "car": f'<path d="M-17 0v-6l5 -1 5 -7h12l6 7 6 1v6z" fill="{_INK}"/>'
    '<circle cx="-9" cy="1" r="3.5" fill="#0f172a"/>'
    '<circle cx="9" cy="1" r="3.5" fill="#0f172a"/>',
    "bag": f'<path d="M-6 -8h12v10h-12z" fill="{_INK}"/>'
    f'<path d="M-3 -8v-3h6v3" fill="none" stroke="{_INK}" stroke-width="1.5"/>',
}
