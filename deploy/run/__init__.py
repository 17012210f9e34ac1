"""`make run`: the whole stack on this machine without Docker, on the real parts."""
