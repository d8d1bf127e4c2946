"""How a site becomes one of the hub's: invitations, the exchange of keys, revocation, a new key."""
