"""Activity: who paints on a canvas right now, for those who moderate an event."""
