"""NATS between sites and a hub: servers, connections, calls with streams, the pump and the intake."""
