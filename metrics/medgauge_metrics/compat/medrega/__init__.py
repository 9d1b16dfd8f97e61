"""The evaluators released with MedRegA (arXiv 2410.18387), rebuilt from a description of what they do."""
