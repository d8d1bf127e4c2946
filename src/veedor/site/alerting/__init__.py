"""Alerting: which events become alerts, the picture that goes with one, and handing them over without loss."""
