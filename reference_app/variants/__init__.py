"""What some services need and the bookshop does not, as small as it can be: take what you need."""
