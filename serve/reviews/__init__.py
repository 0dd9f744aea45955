"""Reviews by people, contests by publishers, notices, and what is learned from them."""
