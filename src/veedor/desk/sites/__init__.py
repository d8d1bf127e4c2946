"""Sites that have joined a hub, as its database keeps them. The rows are written by `veedor.hub`."""
