"""The log of what moderators and admins did."""
