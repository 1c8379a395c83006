"""Machine-readable zones after ICAO Doc 9303, with right check digits."""
import unicodedata

SPECIAL = {"ß": "SS", "æ": "AE", "ø": "OE", "ä": "AE", "ö": "OE", "ü": "UE", "å": "AA", "ij": "IJ"}


def letters(name):
    """A name as the zone writes it: A-Z and '<'."""
    plain = "".join(SPECIAL.get(c, c) for c in name.lower())
    plain = unicodedata.normalize("NFD", plain).encode("ascii", "ignore").decode().upper().replace("'", "")
    return "".join(c if c.isalpha() else "<" for c in plain)


def check_digit(text):
    values = {**{str(i): i for i in range(10)}, **{chr(65 + i): 10 + i for i in range(26)}, "<": 0}
    return str(sum(values[c] * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def checked(text):
    return text + check_digit(text)


def names(holder, width):
    return f"{letters(holder['surname'])}<<{letters(holder['given_names'])}".ljust(width, "<")[:width]


def short_date(iso):
    return iso[2:4] + iso[5:7] + iso[8:10]


def td3(state, holder, number, expiry, personal=""):
    """The two lines of a passport."""
    first = f"P<{state}" + names(holder, 39)
    personal_field = checked(personal.ljust(14, "<")) if personal else "<" * 15
    number, birth, end = checked(number.ljust(9, "<")), checked(short_date(holder["birth_date"])), checked(short_date(expiry))
    second = number + state + birth + holder["sex"] + end + personal_field
    return [first, second + check_digit(number + birth + end + personal_field)]


def td1(state, holder, number, expiry, optional="", code="I<", nationality=None):
    """The three lines of a card. `optional` as it stands there, with a check digit of its own if it has one; nationality: the state's if it is not given."""
    first = (f"{code}{state}" + checked(number.ljust(9, "<")) + optional).ljust(30, "<")
    birth, end = checked(short_date(holder["birth_date"])), checked(short_date(expiry))
    second = birth + holder["sex"] + end + (nationality or state) + "<" * 11
    composite = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    return [first, second + composite, names(holder, 30)]


def licence(state, number):
    """The line of a Dutch driving licence: its random characters are made of the number, so that they stay the same."""
    rest = "".join("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(int(number) * (i + 3) + 7 * i) % 36] for i in range(13))
    return checked(f"D1{state}1{number}{rest}")
