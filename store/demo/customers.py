"""The people of the demo store: names, where they live, when they came, how often they buy, what they like."""

from dataclasses import dataclass

import numpy as np

from store.demo.seeds import public_ids, stream
from store.demo.span import Span
from store.demo.tastes import draw_tastes

SHOPPER = 0  # the index of the customer behind shopper@demo.shop
CUSTOMERS = 8_000
_FIRST = [
    "Ada",
    "Amir",
    "Anna",
    "Arjun",
    "Bea",
    "Ben",
    "Carla",
    "Chen",
    "Dana",
    "Daniel",
    "Elena",
    "Emil",
    "Eva",
    "Farid",
    "Fatima",
    "Felix",
    "Greta",
    "Hana",
    "Hugo",
    "Ida",
    "Igor",
    "Ines",
    "Ivan",
    "Jana",
    "Jin",
    "Jonas",
    "Julia",
    "Kaito",
    "Karim",
    "Katya",
    "Lara",
    "Leo",
    "Lena",
    "Liam",
    "Lina",
    "Luca",
    "Maja",
    "Marco",
    "Maria",
    "Mateo",
    "Mei",
    "Mila",
    "Milan",
    "Nadia",
    "Nico",
    "Nina",
    "Noah",
    "Nora",
    "Olga",
    "Omar",
    "Oscar",
    "Paula",
    "Pavel",
    "Petra",
    "Priya",
    "Rafael",
    "Rosa",
    "Ruben",
    "Sara",
    "Sami",
    "Sofia",
    "Stefan",
    "Tara",
    "Theo",
    "Tomas",
    "Vera",
    "Viktor",
    "Wanda",
    "Yara",
    "Yusuf",
    "Zoe",
]
_LAST = [
    "Abbott",
    "Adler",
    "Alvarez",
    "Andersen",
    "Bauer",
    "Becker",
    "Bianchi",
    "Bishop",
    "Brandt",
    "Castro",
    "Cole",
    "Costa",
    "Dahl",
    "Diaz",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Fontaine",
    "Garcia",
    "Graf",
    "Greene",
    "Haas",
    "Hansen",
    "Hayes",
    "Horvat",
    "Ito",
    "Jansen",
    "Kaya",
    "Keller",
    "Kim",
    "Klein",
    "Kovac",
    "Lang",
    "Larsen",
    "Lee",
    "Lindgren",
    "Lopez",
    "Marin",
    "Mendes",
    "Meyer",
    "Moreau",
    "Moretti",
    "Mori",
    "Nagy",
    "Novak",
    "Okafor",
    "Olsen",
    "Park",
    "Patel",
    "Petrov",
    "Popov",
    "Quinn",
    "Ramos",
    "Reed",
    "Ricci",
    "Rossi",
    "Sato",
    "Schmidt",
    "Silva",
    "Singh",
    "Sokolov",
    "Soto",
    "Stone",
    "Takeda",
    "Torres",
    "Varga",
    "Vogel",
    "Wagner",
    "Weber",
    "Winter",
    "Wolf",
    "Young",
    "Zhang",
]
_CITIES = (
    ("Portland", "Oregon", "97205"), ("Austin", "Texas", "78701"), ("Denver", "Colorado", "80202"),
    ("Boston", "Massachusetts", "02116"), ("Seattle", "Washington", "98101"), ("Chicago", "Illinois", "60611"),
    ("Atlanta", "Georgia", "30309"), ("Madison", "Wisconsin", "53703"), ("Raleigh", "North Carolina", "27601"),
    ("Tucson", "Arizona", "85701"), ("Oakland", "California", "94612"), ("Richmond", "Virginia", "23220"),
)  # fmt: skip
_STREETS = ("Elm Street", "Harbor Road", "Mill Lane", "Cedar Avenue", "Station Road", "Juniper Way", "Lake Drive")


@dataclass(frozen=True)
class Customers:
    """Sorted by the day they joined; index 0 is the demo shopper, who was there from the first day."""

    public_id: list[str]
    name: list[str]
    address: list[dict[str, str]]
    joined: np.ndarray  # day index, negative for those who came before the history begins
    activity: np.ndarray  # how often they buy, relative to each other
    taste: np.ndarray  # (customers, features)
    segment: np.ndarray

    def __len__(self) -> int:
        return len(self.public_id)


def draw_customers(seed: int, span: Span, scale: float) -> Customers:
    """`CUSTOMERS * scale` people, at least 300."""
    rng = stream(seed, "customers")
    count = max(300, round(CUSTOMERS * scale))
    joined = np.sort(
        np.where(rng.random(count) < 0.35, -rng.integers(1, 400, count), rng.integers(0, span.days, count))
    )
    activity = rng.lognormal(0, 0.9, count)
    taste, segment = draw_tastes(rng, count)
    joined[SHOPPER], activity[SHOPPER] = -400, float(np.quantile(activity, 0.995))
    names = [f"{_FIRST[a]} {_LAST[b]}" for a, b in zip(*_pairs(rng, count), strict=True)]
    names[SHOPPER] = "Sam Shopper"
    addresses = [_address(rng, name) for name in names]
    return Customers(public_ids(rng, "cu", count), names, addresses, joined, activity, taste, segment)


def _pairs(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(0, len(_FIRST), count), rng.integers(0, len(_LAST), count)


def _address(rng: np.random.Generator, name: str) -> dict[str, str]:
    city, state, postcode = _CITIES[rng.integers(len(_CITIES))]
    street = f"{rng.integers(1, 240)} {_STREETS[rng.integers(len(_STREETS))]}"
    return {"name": name, "street": street, "postcode": postcode, "city": city, "state": state, "country": "US"}
