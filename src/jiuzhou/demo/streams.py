"""Random numbers of which each part of the demo book has its own stream, whatever is drawn beside it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

BLOCK = 1_000
"""Customers are drawn in blocks of this many, so that neither the batch nor the book's size changes a customer."""


class Topic(IntEnum):
    """What a stream is for; the numbers are part of what a seed means."""

    CITIES = 1
    PEOPLE = 2
    MARKET = 3
    CUSTOMERS = 4
    PLACES = 5
    OWNERS = 6
    ORDERS = 7
    LINES = 8
    PAYMENTS = 9
    DEALS = 10
    CONTACTS = 11
    INTERACTIONS = 12
    SURVEYS = 13
    COMPLAINTS = 14
    SITES = 15
    RETURNS = 16
    RIVALS = 17
    STOCK = 18
    TARGETS = 19
    CONTRACTS = 20


def stream(seed: int, topic: Topic, block: int = 0) -> np.random.Generator:
    """
    Return the generator of ``topic`` for one block of customers.

    The keys are those that ``numpy.random.SeedSequence.spawn`` would give, so that streams are independent.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(topic), block)))
