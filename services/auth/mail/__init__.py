"""Mail: what is written to people, and the single-use tokens in it.

Whoever wants a mail sent puts `mail.requested` into the outbox, with an address and a purpose and nothing
secret. The worker finds out whose address it is, makes the token and sends it: so a request takes the same
time and leaves the same trace whether or not there is such an account, and no token waits in a queue.
"""
