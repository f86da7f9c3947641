"""Plain values by their shape: what a relation may end in without it being anybody or anything."""

import re

UNIT = (
    r"(?:%|°?[cf]|kg|g|mg|km|m|cm|mm|mi|miles?|ft|feet|inch(?:es)?|lbs?|pounds?|oz|l|ml|litres?|liters?|kcal|kwh?|gb|mb|"
    r"tb|seconds?|secs?|minutes?|mins?|hours?|hrs?|h|days?|weeks?|months?|years?|yrs?|times?|am|pm|euros?|dollars?|"
    r"pence|cents?|usd|eur|gbp|chf|jpy|inr|percent|people|years? old)"
)
AMOUNT = re.compile(
    rf"^(?:about |around |over |under |~|>|<)?[-+]?[$€£¥₹]?\s?\d[\d.,:/' -]*[km]?(?:\s?{UNIT})?(?:\s(?:a|per)\s\w+)?$",
    re.IGNORECASE,
)
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATE = re.compile(
    rf"^(?:\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{MONTH}(?:,?\s\d{{4}})?|"
    rf"{MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?|{MONTH},?\s\d{{4}})$",
    re.IGNORECASE,
)
VERSION = re.compile(r"^v(?:ersion\s)?\.?\d+(?:\.\d+)*(?:[-+]?[a-z]+\.?\d*)?$", re.IGNORECASE)
ADDRESS = re.compile(r"^(?:[^\s@]+@[^\s@]+\.[^\s@]+|https?://\S+)$")


def amount(value: str) -> bool:
    """Whether a value is a number or an amount of something."""
    return bool(AMOUNT.match(" ".join(value.split()).strip(" .,;")))


def plain(value: str) -> bool:
    """Whether a value is a number, an amount, a date, a version, or an e-mail or web address."""
    text = " ".join(value.split()).strip(" .,;")
    return any(shape.match(text) for shape in (AMOUNT, DATE, VERSION, ADDRESS))
