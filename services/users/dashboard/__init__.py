"""What moderators see at a glance, from tables that events keep."""
