"""The HTTP service over the classifier."""
