"""`doctor`: what is wrong with a stack, or was wrong with one request, and how to put it right."""
