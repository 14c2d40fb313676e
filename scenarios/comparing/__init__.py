"""Two runs compared: what differs first, and how both stand in the end."""
