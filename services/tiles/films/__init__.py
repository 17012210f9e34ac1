"""Films: the history of a canvas as a file, made by the worker, frame by frame, and kept for a day."""
