"""What a stack is made of: its state directory, ports, programs, parts and Compose project."""
