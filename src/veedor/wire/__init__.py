"""All that crosses a site boundary: the narrow ports between a site and a desk (and, later, the bus messages)."""
