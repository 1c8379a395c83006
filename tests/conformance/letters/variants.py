"""Data for every template at its extremes: as little as its contract allows, far more than fits on a page, and what nobody expects in a field."""
import yaml

SENTENCE = ("Deze zin is met opzet lang en noemt de vertegenwoordigingsbevoegdheid, de arbeidsongeschiktheidsverzekeringsmaatschappij, Žižek, Şahin en "
            "Nguyễn.")
# Letters that another font has, marks on their own, what would be markup or a placeholder, and a word that no line holds.
STRANGE = "Zoë d'Œuvre–Łódź Ελένη Жанна ÿ ĳ a\u0308 \u00a0\u2011 ﬁ ½ € & <b> **v** [a](b) | {{x}} " + "W" * 90
IDENTIFIERS = {"reference", "access_code", "room"}  # made by the program: they have one form

SHORT = {"text": "X", "multiline": "X", "number": 0, "size": 0, "url": "https://a.nl", "flag": False, "list": ["X"]}
LONG = {"text": " ".join([SENTENCE] * 6), "multiline": "\n\n".join([" ".join([SENTENCE] * 12)] * 5), "number": 123456789012.5, "size": 9999999999,
        "url": "https://voorbeeld.nl/" + "langpad/" * 25, "flag": True, "list": [SENTENCE] * 40}
ODD = {"text": STRANGE, "multiline": "  spaties \n\n\n- streep\n1. punt\n# kop\n```\n" + STRANGE, "number": -0.005, "size": 1, "url": "https://a.nl/?q=%20&b=(c)",
       "flag": False, "list": ["**a** [b](c)", " - x", "W" * 120]}
FIXED = {"date": "2028-02-29", "time": "2026-03-29T02:30"}
KINDS = {"short": (SHORT | FIXED, 1), "long": (LONG | FIXED, 60), "odd": (ODD | FIXED, 3)}  # values, and rows in a table
ADDRESSEES = {"short": "A", "long": "Stichting met een heel erg lange naam voor zorg en welzijn in de regio\nTer attentie van mevrouw A. van den Berg\n"
                                    "Langestraat 1\n1234 AB UTRECHT",
              "odd": f"Mevrouw {'Ž' * 30}\nKerkstraat 1 bis – achter\n1234 AB  's-Gravenhage\nNederland"}


def rows(columns, values, count, kind):
    cells = values | {"text": SENTENCE, "multiline": SENTENCE} if kind == "long" else values
    row = {name: cells[column["type"]] for name, column in columns.items() if kind != "short" or column.get("required", True)}
    return [dict(row) for _ in range(count)]


def data_of(front, sample, kind):
    values, count = KINDS[kind]
    data = {}
    for name, field in front["fields"].items():
        if name in IDENTIFIERS:
            data[name] = sample[name]
        elif name == front["addressee"]:
            data[name] = ADDRESSEES[kind]
        elif kind == "short" and not field.get("required", True):
            continue
        elif field["type"] == "table":
            data[name] = rows(field["columns"], values, count, kind)
        else:
            data[name] = values[field["type"]]
    if kind == "long":  # a row that is nearly as high as a page, or higher
        first = next((name for name, field in front["fields"].items() if field["type"] == "table"), None)
        texts = [name for name, column in front["fields"][first]["columns"].items() if column["type"] in ("text", "multiline")] if first else []
        if texts:
            data[first][1][texts[-1]] = " ".join([SENTENCE] * 11)
    return data


def variants(root):
    """(template, kind, data) for all of templates/letters; `root` is the source tree."""
    for template in sorted((root / "templates/letters").glob("*.md")):
        front = yaml.safe_load(template.read_text().split("---\n")[1])
        sample = yaml.safe_load((root / f"samples/letters/{template.stem}.yaml").read_text())
        for kind in KINDS:
            yield template.stem, kind, data_of(front, sample, kind)
