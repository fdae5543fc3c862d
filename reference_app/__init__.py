"""A small bookshop: the guide done right, and the code in which the linter must find nothing."""
