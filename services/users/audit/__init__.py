"""The audit log: the actions of moderators and admins."""
