"""Makes worlds to measure on: made-up listings around twenty cities, as CSV files that `roost import` reads."""

import csv
import datetime
import random

CITIES = [  # name, country, latitude, longitude
    ("Lisbon", "PT", 38.72, -9.14), ("Porto", "PT", 41.15, -8.61), ("Madrid", "ES", 40.42, -3.70), ("Lyon", "FR", 45.76, 4.84),
    ("Ghent", "BE", 51.05, 3.73), ("Utrecht", "NL", 52.09, 5.12), ("Bremen", "DE", 53.08, 8.80), ("Leipzig", "DE", 51.34, 12.37),
    ("Graz", "AT", 47.07, 15.44), ("Bologna", "IT", 44.49, 11.34), ("Krakow", "PL", 50.06, 19.94), ("Aarhus", "DK", 56.16, 10.20),
    ("Bergen", "NO", 60.39, 5.32), ("Turku", "FI", 60.45, 22.27), ("Leeds", "GB", 53.80, -1.55), ("Cork", "IE", 51.90, -8.47),
    ("Austin", "US", 30.27, -97.74), ("Halifax", "CA", 44.65, -63.58), ("Kyoto", "JP", 35.01, 135.77), ("Hobart", "AU", -42.88, 147.33),
]
AMENITIES = ["Wifi", "Kitchen", "Heating", "Washer", "Hot tub", "Free parking", "Pool", "Crib", "Dryer", "Iron", "Essentials", "TV",
             "Elevator", "Gym", "Garden", "Fireplace", "Air conditioning", "Dishwasher", "Smoke alarm", "Pets allowed"]
LISTING_COLUMNS = ["id", "name", "description", "host_id", "host_name", "neighbourhood_cleansed", "latitude", "longitude", "room_type", "accommodates",
                   "bathrooms", "bedrooms", "beds", "amenities", "price", "minimum_nights", "maximum_nights", "number_of_reviews",
                   "review_scores_rating", "instant_bookable"]
CALENDAR_COLUMNS = ["listing_id", "date", "available", "price", "adjusted_price", "minimum_nights", "maximum_nights"]
# Closed runs in a listing's year: about a fifth of the nights, as in busy places of the real data.
RUNS, RUN_NIGHTS, DAYS = 15, 5, 365


def write(folder, places, seed=1):
    """Writes a pair of files for each city; gives [(city, country, listings file, calendar file)]."""
    chance = random.Random(seed)
    today = datetime.date.today()
    pairs = []
    for number, (city, country, latitude, longitude) in enumerate(CITIES):
        listings, calendar = folder / f"{city}.listings.csv", folder / f"{city}.calendar.csv"
        with open(listings, "w", newline="", encoding="utf-8") as one, open(calendar, "w", newline="", encoding="utf-8") as other:
            rows, nights = csv.writer(one), csv.writer(other)
            rows.writerow(LISTING_COLUMNS)
            nights.writerow(CALENDAR_COLUMNS)
            for index in range(places // len(CITIES)):
                id = (number + 1) * 10_000_000 + index
                guests = chance.choice([1, 2, 2, 2, 3, 4, 4, 5, 6, 8])
                amenities = chance.sample(AMENITIES, chance.randint(2, 14))
                rows.writerow([
                    id, f"{chance.choice(['Sunny', 'Quiet', 'Old', 'Wide', 'Small'])} {chance.choice(['loft', 'flat', 'house', 'room'])} {index}",
                    "A place to stay, " + "with a view and much light. " * chance.randint(1, 8), id // 3, "A", f"{city} quarter {index % 12}",
                    f"{latitude + chance.gauss(0, 0.05):.6f}", f"{longitude + chance.gauss(0, 0.07):.6f}",
                    chance.choices(["Entire home/apt", "Private room", "Shared room"], [70, 28, 2])[0], guests, chance.choice([1, 1, 1.5, 2]),
                    max(1, guests // 2), max(1, guests - 1), "[" + ", ".join(f'"{name}"' for name in amenities) + "]",
                    f"${chance.randint(30, 400)}.00", chance.choice([1, 1, 1, 2, 2, 3]), 365, chance.randint(0, 300),
                    f"{chance.uniform(3.5, 5):.2f}" if chance.random() < 0.8 else "", chance.choice("tf")])
                # A night that no calendar names is open: only the closed ones, and the year's last.
                closed = {start + night for start in chance.sample(range(DAYS - RUN_NIGHTS), RUNS) for night in range(chance.randint(1, RUN_NIGHTS))}
                for night in sorted(closed | {DAYS - 1}):
                    nights.writerow([id, today + datetime.timedelta(night), "f" if night in closed else "t", "", "", "", ""])
        pairs.append((city, country, listings, calendar))
    return pairs
