"""Reminders: events about moments that artists wait for, for their notices."""
