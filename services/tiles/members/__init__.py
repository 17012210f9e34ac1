"""Members of canvases: their roles, and the invitations by which artists become members."""
