"""Regional CoT: look for regions first, on any task of words or labels."""
