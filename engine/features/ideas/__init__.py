"""Ideas: put forward, improved, supported, talked about, and moved from stage to stage."""

NEEDS: tuple[str, ...] = ("treasury",)
