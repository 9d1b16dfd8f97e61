"""The numbers of a site as figures for papers: SVG, PDF and PNG of each, by matplotlib."""
