"""Real pictures that come inside the wheels of pydicom and scikit-image, with our own questions about them."""
