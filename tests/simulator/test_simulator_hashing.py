"""The hash by which losslessness is proved: the same for every form of an access unit, different for different ones."""

from __future__ import annotations

import secrets

from hypothesis import given
from hypothesis import strategies as st

from veedor.simulator.hashing import payload_hash

SPS, PPS, AUD, SEI = b"\x67\x42\x00\x1e", b"\x68\xce\x3c\x80", b"\x09\xf0", b"\x06\x05\x01\x80"
SLICE = b"\x65" + bytes(range(1, 200))


def annex_b(*units: bytes, code: bytes = b"\x00\x00\x00\x01") -> bytes:
    return b"".join(code + unit for unit in units)


def prefixed(*units: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


def test_both_forms_give_one_hash() -> None:
    assert payload_hash(annex_b(SEI, SLICE)) == payload_hash(prefixed(SEI, SLICE))
    assert payload_hash(annex_b(SLICE, code=b"\x00\x00\x01")) == payload_hash(prefixed(SLICE))


def test_parameter_sets_and_delimiters_do_not_count() -> None:
    assert payload_hash(annex_b(AUD, SPS, PPS, SLICE)) == payload_hash(prefixed(SLICE))


def test_a_lost_slice_and_a_flipped_bit_do_count() -> None:
    whole = payload_hash(annex_b(SLICE, SLICE))
    assert payload_hash(annex_b(SLICE)) != whole
    assert payload_hash(annex_b(SLICE, SLICE[:-1] + b"\x01")) != whole
    assert payload_hash(annex_b(SLICE + SLICE)) != whole


def test_h265_is_told_apart() -> None:
    vps, idr = b"\x40\x01\x0c", b"\x28\x01" + b"\x55" * 50
    assert payload_hash(annex_b(vps, idr), "hevc") == payload_hash(prefixed(idr), "hevc")
    # As H.264 the first byte of that IDR slice means a picture parameter set: it would not count at all.
    assert payload_hash(annex_b(idr), "h264") == payload_hash(b"", "h264") != payload_hash(annex_b(idr), "hevc")


def test_other_codecs_are_hashed_as_they_are() -> None:
    assert payload_hash(b"\x00\x00\x01a", "mjpeg") != payload_hash(b"a", "mjpeg")


@given(st.integers(1, 5), st.integers(2, 700))
def test_any_real_unit_survives_both_forms(count: int, size: int) -> None:
    # Start codes cannot occur within a unit: encoders put 03 between (emulation prevention).
    units = [b"\x41" + secrets.token_bytes(size).replace(b"\x00", b"\x01") for _ in range(count)]
    assert payload_hash(annex_b(*units)) == payload_hash(prefixed(*units))
