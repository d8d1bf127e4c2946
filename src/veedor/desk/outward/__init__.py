"""What a federated desk has to tell: rows written with the facts themselves, taken away by the pump."""
