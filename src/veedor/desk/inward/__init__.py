"""What other desks tell this one: each fact taken once, whatever comes again or late."""
