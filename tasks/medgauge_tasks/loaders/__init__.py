"""One module for each source format: it turns a user's copy of the data into samples."""
