"""The life of an account: registration, confirmation, recovery, a new password, deletion.

The top floor: these use cases combine accounts with sessions, mail and moderation, so those rooms need not
import each other.
"""
