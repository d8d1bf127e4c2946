"""Who may look, and how well, when a site's budget is small. On a simulated clock."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from desk.fakes import START, camera
from veedor.kit.clock import SimulatedClock
from veedor.link.budget import Budget
from veedor.member.admission import BEGIN_S, DWELL_S, RETRY_S, Admission, Place
from veedor.member.errors import BudgetUsed
from veedor.model.camera import StreamHealth, StreamRole, StreamState

MAIN, SUB = StreamRole.MAIN, StreamRole.SUB
CAMERAS = ("plaza", "parque", "puente")


class Site:
    """1000 kbit/s, of which live pictures get 800. Main streams have 900 kbit/s, substreams 300; keyframes are a
    third of `rates`, which the tests change."""

    def __init__(self, kbps: int | None = 1000) -> None:
        self.clock = SimulatedClock()
        self.budget = Budget(kbps, self.clock)
        self.admission = Admission(self.budget, self.clock)
        self.rates = {(one, role): {MAIN: 900.0, SUB: 300.0}[role] for one in CAMERAS for role in (MAIN, SUB)}
        self.share = 1 / 3
        self._octets = dict.fromkeys(self.rates, (0.0, 0.0))
        self.pass_s(0)
        self.pass_s(10)

    def pass_s(self, seconds: float) -> None:
        """The cameras have sent for so long, and the site has counted it."""
        self.clock.advance(seconds)
        for key, kbps in self.rates.items():
            whole, keyframes = self._octets[key]
            sent = seconds * kbps * 125
            self._octets[key] = (whole + sent, keyframes + sent * self.share)
        self.admission.see(
            StreamHealth(*key, StreamState.ONLINE, START, octets=round(whole), keyframe_octets=round(keyframes))
            for key, (whole, keyframes) in self._octets.items()
        )

    def look(self, camera_id: str = "plaza", role: StreamRole = SUB) -> Place:
        place = self.admission.live(camera(camera_id), role)
        place.begin()
        return place

    def refuses(self, camera_id: str = "plaza") -> bool:
        try:
            self.admission.live(camera(camera_id), SUB).end()
        except BudgetUsed:
            return True
        return False


@pytest.fixture
def site() -> Site:
    return Site()


def test_the_substream_first_then_keyframes_then_nobody_more(site: Site) -> None:
    first = site.look("plaza", MAIN)
    assert (first.role, round(first.kbps), first.keyframes_only) == (SUB, 300, False)  # 900 is more than 80 % of 1000
    site.look("parque")
    third = site.look("puente", MAIN)
    assert (third.role, round(third.kbps), third.keyframes_only) == (SUB, 100, True)
    fourth = site.look()
    assert fourth.keyframes_only  # 300 + 300 + 100 + 100: that was all
    with pytest.raises(BudgetUsed) as told:
        site.look()
    assert "1,000 kbit/s" in told.value.render("en") or "1000 kbit/s" in told.value.render("en")
    assert site.admission.use() == {"budget_kbps": 1000, "used_kbps": 0, "live": 4, "refused": 1}
    fourth.end()
    fourth.end()
    assert not site.refuses()


def test_a_place_that_nobody_takes_is_free_again(site: Site) -> None:
    site.budget.kbps = 400
    site.admission.live(camera(), SUB)
    assert site.refuses()
    site.clock.advance(BEGIN_S + 1)
    assert not site.refuses()


def test_the_first_is_always_let_in_with_keyframes_where_there_is_no_room_for_more() -> None:
    site = Site(64)
    first = site.look("plaza", MAIN)
    assert (first.role, first.keyframes_only) == (SUB, True)
    assert site.refuses()


def test_a_stream_whose_every_picture_is_a_keyframe_is_not_said_to_be_thinned() -> None:
    site = Site(400)
    site.share = 1.0
    site.pass_s(60)
    place = site.look()
    assert site.refuses()  # its "keyframes" would cost all that it costs
    site.budget.kbps = 100
    assert not place.again(0)


def test_without_rates_keyframes_are_taken_for_half() -> None:
    clock = SimulatedClock()
    admission = Admission(Budget(1000, clock), clock)
    places = [admission.live(camera(), SUB), admission.live(camera(), SUB)]
    assert [(one.kbps, one.keyframes_only) for one in places] == [(500, False), (250, True)]


def test_room_brings_the_full_rate_back_after_a_while_and_not_at_once(site: Site) -> None:
    first, second, third = (site.look(one) for one in CAMERAS)
    assert third.again(0)
    first.end()
    assert third.again(0)  # it has only just begun
    site.pass_s(DWELL_S)
    assert not third.again(0)
    assert not second.again(0)


def test_what_fits_without_anything_to_spare_stays_thin(site: Site) -> None:
    site.look()
    site.budget.kbps = 700  # 560 for live: 300 and 100 fit
    thin = site.look("parque")
    site.budget.kbps = 760  # 608 for live: 600 would fit, with nothing over
    site.pass_s(DWELL_S)
    assert thin.again(0)
    site.budget.kbps = 850
    assert not thin.again(0)


def test_streams_that_grow_beyond_the_budget_are_thinned_the_newest_first(site: Site) -> None:
    first, second = site.look("plaza"), site.look("parque")
    assert [first.again(0), second.again(0)] == [False, False]
    for role in (MAIN, SUB):
        site.rates["plaza", role] *= 2  # rain: 600 and 300
    site.pass_s(60)
    assert [first.again(0), second.again(0), first.again(0)] == [False, True, False]


def test_a_rate_that_swings_about_the_limit_does_not_make_the_picture_flap(site: Site) -> None:
    changes: list[float] = []
    first, second = site.look("plaza"), site.look("parque")
    before = second.keyframes_only
    for step in range(300):  # five minutes, a keyframe each second, more or less light
        site.rates["plaza", SUB] = 300 + (step // 5 % 2) * 420
        site.pass_s(1)
        first.again(0)
        if second.again(0) is not before:
            before = not before
            changes.append(site.clock.monotonic())
    assert 1 <= len(changes) <= 3
    assert all(b - a >= DWELL_S for a, b in pairwise(changes))


def watch(place: Place, site: Site, seconds: int, loses: Callable[[], bool]) -> list[int]:
    """A keyframe each second; in which seconds it changed. What is thinned out is not lost."""
    changed, dropped, before = [], place.dropped, place.keyframes_only
    for second in range(seconds):
        site.pass_s(1)
        dropped += 20 if loses() and not before else 0
        if place.again(dropped) is not before:
            before = not before
            changed.append(second)
    return changed


def test_a_line_slower_than_its_stream_gets_keyframes_and_is_tried_again_ever_more_seldom() -> None:
    site = Site(None)
    place = site.look()
    assert watch(place, site, 2, lambda: True) == []  # that is no sign: a viewer begins with a burst
    assert watch(place, site, 30, lambda: False) == []
    changed = watch(place, site, 300, lambda: True)
    assert changed[0] == 2
    thin_s = [full - thin for thin, full in zip(changed[::2], changed[1::2], strict=False)]
    assert thin_s[0] == pytest.approx(RETRY_S[0], abs=1)
    assert all(b > 1.5 * a for a, b in pairwise(thin_s))
    assert len(changed) <= 8
    assert watch(place, site, 400, lambda: False)[-1:] != []  # the line is well again
    assert not place.keyframes_only


def test_losses_of_every_other_gop_are_noticed_too_and_seldom_ones_are_not() -> None:
    site = Site(None)
    place, other = site.look(), site.look("parque")
    for second in range(1, 7):
        assert not place.keyframes_only
        site.pass_s(1)
        place.again(second // 2)
    assert place.keyframes_only
    for second in range(60):
        site.pass_s(1)
        assert not other.again(second // 15)


def test_playback_takes_the_stream_for_which_there_is_room(site: Site) -> None:
    assert site.admission.playback(camera("plaza"), MAIN) is MAIN
    site.look("parque")
    assert site.admission.playback(camera("plaza"), MAIN) is SUB
    assert Site(None).admission.playback(camera("plaza"), MAIN) is MAIN


def test_a_camera_that_is_away_costs_what_it_did(site: Site) -> None:
    place = site.look()
    site.rates = dict.fromkeys(site.rates, 0.0)
    site.pass_s(30)
    place.again(0)
    assert round(place.cost.full_kbps) == 300
