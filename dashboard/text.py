"""Values of the data as text, whatever they hold: one function for each kind of place they go to.

What Streamlit draws of a label, a caption or a message is Markdown; what the report writes is HTML.
"""

import html as html_entities
import re
import string

# A backslash makes any of these a letter like others.
PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")
# Links, emoji, icons and arrows are found after backslashes have gone; so a mark that nobody sees
# parts the letters that would make one.
JOINER = "\u2060"
BEGINNINGS = re.compile(r"[:@\-<>]|www(?=\.)", re.IGNORECASE)
UNSEEN = re.compile("[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def plain(value: object) -> str:
    """The value on one line, without characters that steer a screen."""
    return UNSEEN.sub(" ", str(value))


def markdown(value: object) -> str:
    """The value for a place that reads Markdown: it is shown letter for letter."""
    parted = BEGINNINGS.sub(lambda found: found.group() + JOINER, plain(value))
    return PUNCTUATION.sub(lambda found: f"\\{found.group()}", parted)


def html(value: object) -> str:
    """The value for a place that reads HTML, attributes in quotes included."""
    return html_entities.escape(plain(value), quote=True)
