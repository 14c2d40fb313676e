"""What a person prefers: one file in the platform's folder, read by all that opens the app."""
