"""Data that come with the package: phantoms drawn by code, and pictures that the dependencies bring."""
