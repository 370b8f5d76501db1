"""Fair comparisons of agents: chance, lead mix, pace, quality, coaching; ``agents`` combines them."""
