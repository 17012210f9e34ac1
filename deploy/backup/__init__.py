"""Backup and restore of a stack: three databases as they were at one moment, and what was between them.

One file holds a dump of each database, the messages that had left an outbox and not yet reached an inbox, the
secret that opens the signing keys, and what a restore is compared with. The same code runs beside `make run`
and in the container `backup` under Compose.
"""
