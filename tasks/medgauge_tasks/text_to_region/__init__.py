"""The boxes of what is named."""
