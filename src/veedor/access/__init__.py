"""Who may do what: the one check that every path calls, and the audit entry it writes."""
