"""Laws of what agents truly do, given what they did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Beta:
    """Independent beta laws of the shares of several agents: a and b, each of shape (k,)."""

    a: Array
    b: Array

    def mean(self) -> Array:
        """Return the means."""
        return self.a / (self.a + self.b)

    def wider(self, variance: Array) -> Beta:
        """Return the beta law of the same mean and a larger variance."""
        mean = self.mean()
        total = mean * (1 - mean) / (self.a + self.b + 1) + variance
        size = np.maximum(mean * (1 - mean) / total - 1, 1e-6)
        return Beta(mean * size, (1 - mean) * size)

    def quantile(self, share: float) -> Array:
        """Return the quantiles with a share below them."""
        from scipy.special import betaincinv

        return betaincinv(self.a, self.b, share)

    def above(self, value: float) -> Array:
        """Return the chances to be above a value."""
        from scipy.special import betainc

        return 1 - betainc(self.a, self.b, value)

    def draws(self, random: np.random.Generator, size: int) -> Array:
        """Return draws, (size, k)."""
        return random.beta(self.a, self.b, (size, len(self.a)))


@dataclass(frozen=True, slots=True)
class Gamma:
    """Independent gamma laws of the rates of several agents: shape a and rate b, each of shape (k,)."""

    a: Array
    b: Array

    def mean(self) -> Array:
        """Return the means."""
        return self.a / self.b

    def wider(self, variance: Array) -> Gamma:
        """Return the gamma law of the same mean and a larger variance."""
        total = self.a / self.b**2 + variance
        return Gamma(self.mean() ** 2 / total, self.mean() / total)

    def quantile(self, share: float) -> Array:
        """Return the quantiles with a share below them."""
        from scipy.special import gammaincinv

        return gammaincinv(self.a, share) / self.b

    def above(self, value: float) -> Array:
        """Return the chances to be above a value."""
        from scipy.special import gammaincc

        return gammaincc(self.a, self.b * value)

    def draws(self, random: np.random.Generator, size: int) -> Array:
        """Return draws, (size, k)."""
        return random.gamma(self.a, 1 / self.b, (size, len(self.a)))
