"""Mail: its templates, the single-use tokens in it, and its delivery.

A request for mail is a `mail.requested` command in the outbox, with an address and a purpose and no secret.
The worker looks up the account, makes the token and sends the mail. So a request takes the same time and
leaves the same trace whether or not an account has the address, and no token waits in a queue.
"""
