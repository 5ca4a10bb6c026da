"""Vector tiles: matrix sets, geometry on the grid, the encoder, and the resources that serve them."""
