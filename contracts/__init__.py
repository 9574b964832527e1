"""What a chain must know of a community, and no more: see contracts/README.md."""
