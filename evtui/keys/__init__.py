"""Keys: what they are called, which there are in each view, and those that somebody rebinds."""
