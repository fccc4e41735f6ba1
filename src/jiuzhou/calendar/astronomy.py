"""When the Moon is new and where the Sun stands: all the sky that the Chinese calendar needs."""

from __future__ import annotations

import numpy as np

J2000 = 2451545.0
"""Julian day of 2000-01-01 12:00 dynamical time."""
SYNODIC_MONTH = 29.530588861
"""Mean days from new moon to new moon."""

# Meeus, Astronomical Algorithms, 2nd ed. (1998), table 49.A: size in days, multiples of the Sun's anomaly, the Moon's
# anomaly and the Moon's argument of latitude.
_LUNAR = np.array(
    [
        *((-0.40720, 0, 1, 0), (0.17241, 1, 0, 0), (0.01608, 0, 2, 0), (0.01039, 0, 0, 2), (0.00739, -1, 1, 0)),
        *((-0.00514, 1, 1, 0), (0.00208, 2, 0, 0), (-0.00111, 0, 1, -2), (-0.00057, 0, 1, 2), (0.00056, 1, 2, 0)),
        *((-0.00042, 0, 3, 0), (0.00042, 1, 0, 2), (0.00038, 1, 0, -2), (-0.00024, -1, 2, 0), (-0.00007, 2, 1, 0)),
        *((0.00004, 0, 2, -2), (0.00004, 3, 0, 0), (0.00003, 1, 1, -2), (0.00003, 0, 2, 2), (-0.00003, 1, 1, 2)),
        *((0.00003, -1, 1, 2), (-0.00002, -1, 1, -2), (-0.00002, 1, 3, 0), (0.00002, 0, 4, 0)),
    ]
)
# The same chapter's planetary terms: size in days, phase in degrees, degrees for each lunation.
_PLANETARY = np.array(
    [
        *((0.000325, 299.77, 0.107408), (0.000165, 251.88, 0.016321), (0.000164, 251.83, 26.651886)),
        *((0.000126, 349.42, 36.412478), (0.000110, 84.66, 18.206239), (0.000062, 141.74, 53.303771)),
        *((0.000060, 207.14, 2.453732), (0.000056, 154.84, 7.306860), (0.000047, 34.52, 27.261239)),
        *((0.000042, 207.19, 0.121824), (0.000040, 291.34, 1.844379), (0.000037, 161.72, 24.198154)),
        *((0.000035, 239.56, 25.513099), (0.000023, 331.55, 3.592518)),
    ]
)
# Bretagnon and Simon, Planetary Programs and Tables from -4000 to +2800 (1986): size in 1e-7 radians, phase in degrees,
# degrees for each Julian century.
_SOLAR = np.array(
    [
        *((403406, 270.54861, 0.9287892), (195207, 340.19128, 35999.1376958), (119433, 63.91854, 35999.4089666)),
        *((112392, 331.26220, 35998.7287385), (3891, 317.843, 71998.20261), (2819, 86.631, 71998.4403)),
        *((1721, 240.052, 36000.35726), (660, 310.26, 71997.4812), (350, 247.23, 32964.4678)),
        *((334, 260.87, -19.4410), (314, 297.82, 445267.1117), (268, 343.14, 45036.8840), (242, 166.79, 3.1008)),
        *((234, 81.53, 22518.4434), (158, 3.50, -19.9739), (132, 132.75, 65928.9345), (129, 182.95, 9038.0293)),
        *((114, 162.03, 3034.7684), (99, 29.8, 33718.148), (93, 266.4, 3034.448), (86, 249.2, -2280.773)),
        *((78, 157.6, 29929.992), (72, 257.8, 31556.493), (68, 185.1, 149.588), (64, 69.9, 9037.750)),
        *((46, 8.0, 107997.405), (38, 197.1, -4444.176), (37, 250.4, 151.771), (32, 65.3, 67555.316)),
        *((29, 162.7, 31556.080), (28, 341.5, -4561.540), (27, 291.6, 107996.706), (27, 98.5, 1221.655)),
        *((25, 146.7, 62894.167), (24, 110.0, 31437.369), (21, 5.2, 14578.298), (21, 342.6, -31931.757)),
    ]
)
# Dynamical time minus universal time, seconds, at these years: observed to 2020, then the usual extrapolation.
_DELTA_YEARS = (1900.0, 1920.0, 1940.0, 1960.0, 1980.0, 2000.0, 2020.0, 2050.0, 2100.0)
_DELTA_SECONDS = (-2.8, 21.2, 24.3, 33.2, 50.5, 63.8, 69.4, 93.0, 203.0)


def new_moon(lunation: int) -> float:
    """
    Return the moment of a new moon as a Julian day of universal time, good to about 20 seconds from 1900 to 2100.

    Parameters
    ----------
    lunation
        0 is the new moon of 2000-01-06; earlier ones are negative.
    """
    k = lunation
    century = k / 1236.85
    eccentricity = 1 - 0.002516 * century - 0.0000074 * century**2
    sun = 2.5534 + 29.10535670 * k - 0.0000014 * century**2
    moon = 201.5643 + 385.81693528 * k + 0.0107582 * century**2 + 0.00001238 * century**3
    latitude = 160.7108 + 390.67050284 * k - 0.0016118 * century**2 - 0.00000227 * century**3
    node = 124.7746 - 1.56375588 * k + 0.0020672 * century**2
    angles = np.radians(_LUNAR[:, 1:] @ np.array([sun, moon, latitude]))
    periodic = float(np.sum(_LUNAR[:, 0] * eccentricity ** np.abs(_LUNAR[:, 1]) * np.sin(angles)))
    planets = _PLANETARY[:, 1] + _PLANETARY[:, 2] * k
    periodic += float(np.sum(_PLANETARY[:, 0] * np.sin(np.radians(planets)))) - 0.00017 * np.sin(np.radians(node))
    mean = 2451550.09766 + SYNODIC_MONTH * k + 0.00015437 * century**2 - 0.000000150 * century**3
    return _universal(mean + periodic)


def sun_longitude(moment: float) -> float:
    """
    Return the Sun's apparent longitude in degrees, 0 to 360, good to about 2 arc seconds from 1900 to 2100.

    Parameters
    ----------
    moment
        Julian day of universal time.
    """
    century = (moment + _delta(moment) - J2000) / 36525
    terms = _SOLAR[:, 0] * np.sin(np.radians(_SOLAR[:, 1] + _SOLAR[:, 2] * century))
    mean = 282.7771834 + 36000.76953744 * century + np.degrees(1e-7) * float(np.sum(terms))
    aberration = 0.0000974 * np.cos(np.radians(177.63 + 35999.01848 * century)) - 0.005575
    nutation = -0.004778 * np.sin(np.radians(124.90 - 1934.134 * century + 0.002063 * century**2))
    nutation -= 0.0003667 * np.sin(np.radians(201.11 + 72001.5377 * century + 0.00057 * century**2))
    return float((mean + aberration + nutation) % 360)


def sun_reaches(longitude: float, *, near: float) -> float:
    """
    Return the moment near ``near`` at which the Sun stands at ``longitude``, as Julian days of universal time.

    Parameters
    ----------
    longitude
        Degrees, 0 to 360.
    near
        A Julian day within three months of the answer.
    """
    moment = near
    for _ in range(5):
        ahead = (longitude - sun_longitude(moment) + 180) % 360 - 180
        moment += ahead * 365.2422 / 360
    return moment


def _universal(dynamical: float) -> float:
    return dynamical - _delta(dynamical)


def _delta(moment: float) -> float:
    year = 2000 + (moment - J2000) / 365.25
    return float(np.interp(year, _DELTA_YEARS, _DELTA_SECONDS)) / 86400
