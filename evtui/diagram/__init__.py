"""The space-time diagram as a file: SVG, and HTML with a table of all that it shows."""
