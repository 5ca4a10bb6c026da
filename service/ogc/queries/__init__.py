"""What a request for features asks for: boxes, times, pages, parameters."""
