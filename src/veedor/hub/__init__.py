"""A hub: a desk on PostgreSQL, and what joins the sites of many agencies. It holds the index, never video."""
