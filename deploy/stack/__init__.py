"""What a stack is made of: its state directory, ports, programs, parts and Compose project.

Nothing here decides whether a stack is fit (deploy/checks) or acts for an operator (deploy/commands).
"""
