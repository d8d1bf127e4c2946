"""The pump after a kill -9 at the worst moment: nothing stands still, nothing comes out of order."""

from __future__ import annotations

from three_sites import CLOCK, Federation, Outbox, Way

from veedor.link.publishing import Publisher
from veedor.link.pump import Pump
from waiting import wait_until


def test_killed_between_storing_and_noting_it_while_another_source_has_news(federation: Federation) -> None:
    """Five of a source's rows are in the stream, and the pump does not know it; then another source's come first."""
    way = Way(federation, "a1")
    way.start()
    way.add(10)
    way.wait_all()
    way.pump.stop()
    before = way.outbox.ids()
    way.outbox.add(20)
    fresh = [envelope for _, envelope in way.outbox.after(len(before), 5)]
    publisher = Publisher(way.site.connection, "a1")
    way.site.connection.run(publisher.attach(), 10.0)
    assert way.site.connection.run(publisher.publish(fresh), 10.0)[0] == 5
    other = Outbox("a1", way.site.folder / "other.db", "other")
    other.add(3)
    way.pump = Pump(way.site.connection, "a1", [other, way.outbox], way.site.folder, CLOCK)
    way.pump.start()
    wait_until(lambda: way.database.count() == len(before) + 23)
    theirs = set(other.ids())
    assert [one for one in way.database.ids() if one not in theirs] == way.outbox.ids()
    way.stop()
