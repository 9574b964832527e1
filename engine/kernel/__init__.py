"""What the core must know to say who may do what: members and their roles, the charter and its reader, authority, the hooks."""
