"""What if, in the app: many futures of this instant, made behind the screen."""
