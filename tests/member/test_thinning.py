"""What of a live stream goes out when its place has room for keyframes alone."""

from __future__ import annotations

from dataclasses import dataclass

from desk.fakes import START
from veedor.kit.mp4.boxes import first_sample
from veedor.kit.mp4.fragment import Sample, TrackRun, fragment
from veedor.member.thinning import Thinner
from veedor.wire.ports import LiveFragment

MIME = "video/mp4"


@dataclass
class Place:
    """A place that is decided by the test. `asked`: with which losses."""

    keyframes_only: bool = True

    def __post_init__(self) -> None:
        self.asked: list[int] = []

    def again(self, dropped: int) -> bool:
        self.asked.append(dropped)
        return self.keyframes_only


def pictures(at_ticks: int, *, key: bool, count: int = 3, dropped: int = 0) -> LiveFragment:
    """A fragment of several pictures of 40 ticks; the first is a keyframe where `key`, shown 20 ticks late."""
    samples = [Sample(b"%d-%d" % (at_ticks, number), 40, 20, key and number == 0) for number in range(count)]
    data = b"".join(fragment(9, [TrackRun(1, at_ticks, samples)]))
    return LiveFragment(data, False, MIME, START, dropped, key)


def test_the_keyframe_is_cut_out_and_lasts_as_long_as_the_gop_before() -> None:
    place = Place()
    thinner = Thinner(place)  # type: ignore[arg-type]
    sent = []
    for at in (1000, 1120, 2000, 2120, 3500):
        one = thinner.take(pictures(at, key=at % 500 == 0, dropped=at))
        if one is not None:
            track, first = first_sample(one.data)
            assert (track, first.offset_ticks, first.is_sync, one.keyframes_only, one.starts_gop) == (
                1,
                20,
                True,
                True,
                True,
            )
            assert one.data[first.position :] == b"%d-0" % first.decode_ticks  # nothing after it
            sent.append((first.decode_ticks, first.duration_ticks))
    assert sent == [(1000, 40), (2000, 1000), (3500, 1500)]
    assert place.asked == [1000, 2000, 3500]


def test_it_changes_at_a_keyframe_and_at_no_other_place() -> None:
    place = Place(keyframes_only=False)
    thinner = Thinner(place)  # type: ignore[arg-type]
    whole = [pictures(at, key=at % 1000 == 0) for at in (0, 120, 240, 1000, 1120, 2000, 2120)]
    assert thinner.take(whole[0]) == whole[0]
    place.keyframes_only = True
    assert [thinner.take(one) for one in whole[1:3]] == whole[1:3]
    thin = thinner.take(whole[3])
    assert thin is not None
    assert thin.keyframes_only
    place.keyframes_only = False
    assert thinner.take(whole[4]) is None
    assert [thinner.take(one) for one in whole[5:]] == whole[5:]


def test_a_new_init_goes_through_and_times_begin_anew() -> None:
    place = Place()
    thinner = Thinner(place)  # type: ignore[arg-type]
    init = LiveFragment(b"init", True, MIME, None)
    for at in (0, 1000):
        thinner.take(pictures(at, key=True))
    assert thinner.take(init) == init
    sent = thinner.take(pictures(90_000, key=True))
    assert sent is not None
    assert first_sample(sent.data)[1].duration_ticks == 1000  # and not 89,000


def test_what_cannot_be_read_is_sent_as_it_is() -> None:
    one = LiveFragment(b"\x00\x00\x00\x09moofx", False, MIME, START, starts_gop=True)
    sent = Thinner(Place()).take(one)  # type: ignore[arg-type]
    assert sent is not None
    assert (sent.data, sent.keyframes_only) == (one.data, True)
