"""Visual question answering: closed, open and multiple choice."""
