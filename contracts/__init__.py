"""What a chain must know of a community, and no more. Nothing here yet: see contracts/README.md."""
