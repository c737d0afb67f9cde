"""The customers: where they live, what they watch on, and how well their network serves them."""

from dataclasses import dataclass

import numpy as np

DEVICES_EACH = 3
DEVICE_TYPES = ("mobile", "tv", "web", "tablet")
DEVICE_SHARES = (0.35, 0.30, 0.25, 0.10)
MOBILE, TV, WEB, TABLET = range(4)

SYSTEMS = ("Android 15", "iOS 18", "Tizen 8", "Android TV 14", "webOS 24", "tvOS 18",
           "Windows 11", "macOS 15", "Linux", "iPadOS 18", "Android 14")  # fmt: skip
SYSTEMS_OF_DEVICE = ((0, 0, 1, 10), (2, 3, 4, 5), (6, 6, 7, 8), (9, 9, 0, 10))

QUALITIES = ("SD", "HD", "4K")
# By device type, in the order of QUALITIES; over DEVICE_SHARES they come to 25, 60 and 15 %.
QUALITY_SHARES = ((0.41, 0.57, 0.02), (0.09, 0.55, 0.36), (0.22, 0.66, 0.12), (0.25, 0.70, 0.05))
QUALITY_MBPS = np.array([4.0, 12.0, 38.0])
MAX_BANDWIDTH_TENTHS = 4_999  # of Mbps

CONNECTIONS = ("wifi", "mobile", "fiber", "cable")
WIFI, CELLULAR, FIBER, CABLE = range(4)
CONNECTION_SPEED = np.array([1.2, 0.8, 2.0, 1.4])
CONNECTION_STALLS = np.array([1.0, 2.2, 0.3, 0.6])
# Shares by device type: on the cellular network, on the household's cable or fiber; else wifi.
CELLULAR_SHARES = np.array([0.45, 0.0, 0.0, 0.15])
WIRED_SHARES = np.array([0.0, 0.5, 0.4, 0.0])

# Providers and how often they stall, relative to the mean.
PROVIDERS = {
    "Northline": 0.5, "Cobalt Cable": 1.0, "Peak Wireless": 1.3,
    "Fjord Fiber": 0.4, "Rhine Net": 0.8, "Alpen Mobil": 0.9,
    "Albion Broadband": 0.9, "Kestrel": 1.9, "Thistle Mobile": 1.2,
    "Rede Azul": 1.1, "Lusotel": 2.4, "Onda Móvel": 1.7,
    "Ganga Broadband": 1.4, "Monsoon Net": 2.8, "Lotus Mobile": 1.6,
    "Sakura Hikari": 0.3, "Southern Cross Net": 1.0, "Pacific Mobile": 1.1,
}  # fmt: skip

# Country, two household providers, one cellular provider, and its cities:
# state, city, share of all customers in percent.
COUNTRIES = (
    ("US", "Northline", "Cobalt Cable", "Peak Wireless", (
        ("CA", "San José", 6), ("CA", "Los Angeles", 7), ("NY", "New York", 9), ("TX", "Austin", 5),
        ("IL", "Chicago", 5), ("WA", "Seattle", 4), ("FL", "Miami", 4))),
    ("GB", "Albion Broadband", "Kestrel", "Thistle Mobile", (
        ("England", "London", 7), ("England", "Leeds", 2), ("Scotland", "Edinburgh", 2),
        ("Wales", "Cardiff", 1))),
    ("DE", "Rhine Net", "Fjord Fiber", "Alpen Mobil", (
        ("Bayern", "München", 3), ("Nordrhein-Westfalen", "Köln", 3), ("Berlin", "Berlin", 4))),
    ("CH", "Fjord Fiber", "Rhine Net", "Alpen Mobil", (
        ("Zürich", "Zürich", 1), ("Genève", "Genève", 1))),
    ("BR", "Rede Azul", "Lusotel", "Onda Móvel", (
        ("São Paulo", "São Paulo", 7), ("Rio de Janeiro", "Rio de Janeiro", 4),
        ("Ceará", "Fortaleza", 2))),
    ("PT", "Lusotel", "Rede Azul", "Onda Móvel", (("Lisboa", "Lisboa", 1), ("Porto", "Porto", 1))),
    ("IN", "Ganga Broadband", "Monsoon Net", "Lotus Mobile", (
        ("Maharashtra", "Mumbai", 6), ("Karnataka", "Bengaluru", 4), ("Delhi", "New Delhi", 4))),
    ("JP", "Sakura Hikari", "Southern Cross Net", "Pacific Mobile", (
        ("東京都", "東京", 3), ("大阪府", "大阪", 1))),
    ("AU", "Southern Cross Net", "Cobalt Cable", "Pacific Mobile", (
        ("NSW", "Sydney", 2), ("VIC", "Melbourne", 1))),
)  # fmt: skip

PROVIDER_NAMES = tuple(PROVIDERS)
PROVIDER_STALLS = np.array(list(PROVIDERS.values()))
# One element a city: (country, state, city), and rows of PROVIDER_NAMES.
PLACES = tuple((country, state, city) for country, *_, cities in COUNTRIES
               for state, city, _ in cities)  # fmt: skip
PLACE_PROVIDERS = np.array(
    [
        [PROVIDER_NAMES.index(provider) for provider in providers]
        for _, *providers, cities in COUNTRIES
        for _ in cities
    ]
)
PLACE_SHARES = np.array([share for *_, cities in COUNTRIES for _, _, share in cities]) / 100

# How much a customer watches: lognormal, at most so many times as much as the median customer.
ACTIVITY_SIGMA, MOST_ACTIVITY = 1.2, 20.0
# Every day so many customers join, as a share of those of the first day; and such a share of
# those who are there leaves for good.
JOINING_A_DAY, LEAVING_A_DAY = 0.023, 0.007

OLDEST_MINOR, NEWEST_MINOR, RELEASE_EVERY_DAYS = 8, 127, 4
APP_VERSIONS = tuple(f"5.{minor}.0" for minor in range(NEWEST_MINOR + 1))


@dataclass(frozen=True)
class Population:
    """The customers as columns, one element (or row) each; the last is the reference viewer."""

    device_count: np.ndarray  # 1 to DEVICES_EACH
    device_type: np.ndarray  # (customers, DEVICES_EACH)
    device_system: np.ndarray  # (customers, DEVICES_EACH)
    place: np.ndarray  # row of PLACES
    home_provider: np.ndarray  # row of PROVIDER_NAMES, as the next
    cellular_provider: np.ndarray
    wired_connection: np.ndarray  # FIBER or CABLE
    update_lag_days: np.ndarray  # how long this customer takes to install a release
    activity: np.ndarray  # how much they watch, relative to each other; the reference viewer 0
    joined_day: np.ndarray  # first day of the simulation on which they watch; many on day 0
    left_day: np.ndarray  # first day on which they do no more

    @property
    def reference(self) -> int:
        """Row of the reference viewer, and so the number of all other customers."""
        return len(self.place) - 1

    def chances(self, day: int) -> np.ndarray:
        """Each customer's share of a day's sessions, cumulative; who is away that day has none."""
        there = (self.joined_day <= day) & (day < self.left_day)
        cumulative = np.cumsum(np.where(there, self.activity, 0))
        return cumulative / cumulative[-1]

    def provider(self, customer: np.ndarray, connection: np.ndarray) -> np.ndarray:
        """Who carries a customer's stream: the cellular provider on `mobile`, else the home's."""
        on_cellular = connection == CELLULAR
        return np.where(on_cellular, self.cellular_provider[customer], self.home_provider[customer])

    def app_version(self, customer: np.ndarray, day: int) -> np.ndarray:
        """The version each customer runs on the given day, as rows of APP_VERSIONS."""
        released = np.floor((day - self.update_lag_days[customer]) / RELEASE_EVERY_DAYS)
        return np.clip(newest_version(0) + released, OLDEST_MINOR, NEWEST_MINOR).astype(np.int8)


def newest_version(day: int) -> int:
    """The newest release on a day of the simulation, as a row of APP_VERSIONS."""
    return min(OLDEST_MINOR + 6 + day // RELEASE_EVERY_DAYS, NEWEST_MINOR)


def draw_population(first: int, days: int, rng: np.random.Generator) -> Population:
    """Draw `first` customers, those who join them within `days`, and last the reference viewer.

    At least one customer is there all the time.
    """
    joining = round(first * JOINING_A_DAY * days)
    count = first + joining + 1
    joined_day = np.concatenate((np.zeros(first), rng.integers(0, days, joining), [0]))
    left_day = joined_day + 1 + rng.exponential(1 / LEAVING_A_DAY, count)
    left_day[[0, -1]] = days
    activity = np.minimum(rng.lognormal(0, ACTIVITY_SIGMA, count), MOST_ACTIVITY)
    activity[-1] = 0
    device_type = rng.choice(len(DEVICE_TYPES), (count, DEVICES_EACH), p=DEVICE_SHARES)
    device_type[-1] = WEB
    system_draw = rng.integers(0, len(SYSTEMS_OF_DEVICE[0]), (count, DEVICES_EACH))
    place = rng.choice(len(PLACES), count, p=PLACE_SHARES)
    home, other_home, cellular = PLACE_PROVIDERS[place].T
    return Population(
        device_count=rng.choice(np.array([1, 2, 3], np.int8), count, p=(0.45, 0.35, 0.20)),
        device_type=device_type.astype(np.int8),
        device_system=np.array(SYSTEMS_OF_DEVICE, np.int8)[device_type, system_draw],
        place=place.astype(np.int16),
        home_provider=np.where(rng.random(count) < 0.6, home, other_home).astype(np.int8),
        cellular_provider=cellular.astype(np.int8),
        wired_connection=np.where(rng.random(count) < 0.55, FIBER, CABLE).astype(np.int8),
        update_lag_days=rng.exponential(6, count).astype(np.float32),
        activity=activity,
        joined_day=joined_day.astype(np.int32),
        left_day=left_day.astype(np.int32),
    )
