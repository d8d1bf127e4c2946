"""Who is in a zone, a moment's blindness forgiven."""

from __future__ import annotations

from veedor.site.rules.rule import Setting, choice
from veedor.site.rules.schema import ZoneRuleParams
from veedor.site.rules.view import View


class Presence:
    """The tracks of a rule's classes in its zone; one that is not seen at all still counts for `absence_s`."""

    def __init__(self, params: ZoneRuleParams, setting: Setting) -> None:
        self._params = params
        self._setting = setting
        self._zone = setting.zone(params.zone)
        self._choice = choice(params, self._zone)
        self._inside_s: dict[int, float] = {}  # track -> when last seen inside

    def update(self, view: View) -> tuple[int, ...]:
        """The numbers of those who are there now."""
        now_s = view.moment.at_s
        inside = view.ids_of(self._choice)
        if not inside and not self._inside_s:
            return ()
        if len(view):
            for new, old in self._setting.trails.heirs.items():
                if old in self._inside_s:
                    self._inside_s[new] = self._inside_s.pop(old)
            if self._inside_s:  # who is seen elsewhere is not there any more
                listed, first, end = view.listed()
                for track_id in listed.ids[first:end]:
                    if track_id in self._inside_s and track_id not in inside:
                        del self._inside_s[track_id]
            for track_id in inside:
                self._inside_s[track_id] = now_s
        self._inside_s = {k: v for k, v in self._inside_s.items() if now_s - v <= self._params.absence_s + 1e-6}
        return tuple(sorted(self._inside_s))

    def clear(self) -> None:
        self._inside_s.clear()
