"""Messages between services: written with the change they report, delivered at least once, applied once.

outbox.emit -> relay -> RabbitMQ -> consumer + inbox -> handler
                                \\-> feed (live, lossy: a gap is filled from the database)
"""
