"""Acts as stored: one append-only table for alerts, incidents and evidence locks."""
