"""Invitations: codes that admit a number of registrations, and who came by which."""
