"""The community's money: what it has, what is set aside, what is whose."""

NEEDS: tuple[str, ...] = ()
