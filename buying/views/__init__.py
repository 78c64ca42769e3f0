"""The pages of lists: overview, one list, what households ordered, buying together."""
