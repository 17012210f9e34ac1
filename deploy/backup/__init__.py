"""Back up and restore a stack: three databases at one moment, and the messages between them.

One file holds a dump of each database, the messages that had left an outbox and not yet reached an inbox, the
secret that decrypts the signing keys, and the checksums to verify a restore with. The same code runs beside
`tessera run` and in the container `backup` under Compose.
"""
