"""How Roost compares names: the twin of Sources/PropertyService/Gazetteer/Folding.swift.

The gazetteer is sorted by the folded name here and searched by the folded name there, so the two must agree; a test
compares them over names of the real data (Tests/Fixtures/folding.tsv, written by make_gazetteer.py) and over the
whole gazetteer.
"""
import unicodedata

# Letters that have no decomposition; keys are lower case.
LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i",
    "ŋ": "n", "ŧ": "t", "ĸ": "k", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y",
}


def fold(text: str) -> str:
    """Lower case, accents removed, white space and punctuation as one space, none at the ends."""
    out = []
    for scalar in unicodedata.normalize("NFD", text):
        if "\u0300" <= scalar <= "\u036f":
            continue  # accents of the Latin, Greek and Cyrillic scripts; the vowel signs of others are letters
        for lower in scalar.lower():
            if lower in LETTERS:
                out.append(LETTERS[lower])
            elif _belongs_to_a_word(lower):
                out.append(lower)
            else:
                out.append(" ")
    words = [word for word in "".join(out).split(" ") if word]
    return unicodedata.normalize("NFC", " ".join(words))


def _belongs_to_a_word(scalar: str) -> bool:
    if "\u02b0" <= scalar <= "\u02ff":
        return False  # spacing modifiers: the okina and other marks that stand for an apostrophe
    category = unicodedata.category(scalar)
    return category[0] in "LM" or category == "Nd"
