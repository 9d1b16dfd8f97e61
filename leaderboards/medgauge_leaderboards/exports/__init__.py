"""The numbers of a site as files for other programs and for papers."""
