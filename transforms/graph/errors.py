"""What can go wrong with a graph."""

from stepsmith.schemas.errors import UserError


class GraphError(UserError):
    """A graph that cannot be read, built or trusted; the message says where and what is allowed."""
