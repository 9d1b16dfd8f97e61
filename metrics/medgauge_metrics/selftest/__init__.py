"""Whether this installation computes right numbers: promises, known numbers and edits with a known effect. Offline."""
