"""Make what every face from a photo borrows: how skin moves for each face unit, and teeth and tongue."""
