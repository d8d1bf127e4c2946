"""Fragmented MP4 (ISO/IEC 14496-12, -14, -15): writing initialisation segments and fragments of packets that are
already encoded, and reading them back from files that may be cut off or hostile.

Veedor writes its own boxes: a fragment is then one whole write that we decide on, a packet costs a few microseconds,
and the bytes of an access unit are never touched beyond the length prefixes that MP4 asks for.
"""
