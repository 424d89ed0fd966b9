"""What of a text can be read: HTML goes, emoji that say something become words, other languages are noticed."""

import html
import re
import unicodedata

from ml_tools.reviews.sentiment.schemas import Reason

GLAD = set("👍👌💪🙌👏😀😁😃😄😆😊🙂😍🥰😘😻🤩😎🤗❤♥💖💕💗💓💚💙💜🧡💛🖤💯⭐🌟✨🎉🥳✅🔥☺😇🏆")
SORRY = set("👎😠😡🤬😤😞😔😟🙁☹😣😖😫😩😢😭😒🤮🤢💩😾💔❌🚫😑🙄😕👿🥱")
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL | re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_GLAD_SMILEY = re.compile(r"(?<!\w)[:;=]-?[)D](?!\w)")
_SORRY_SMILEY = re.compile(r"(?<!\w)[:=]-?\((?!\w)")

# Words that carry grammar, which nearly every sentence of their language has; none of one list stands in the other.
_ENGLISH = """
the and is it was i to of for this that with my not but have are in on you they very so as at be has had would
just like good great love no too from all one if can will out get got them does did been than it's don't i'm an a
we she her he his me do or more when what there their your only well after even up use work works bad nice fit
size really much because back about could some other were by
"""
_OTHER = """
der die das und ist nicht ich ein eine einen mit sehr auf für auch aber wie nach bei sie wird sind hat habe mir
sich zu dem den von ganz schon gut leider alles immer kein keine oder wenn schlecht schnell produkt
le la les et est une des du pas je que qui dans pour avec très mais sur ce cette il elle nous vous sont bien plus
bon bonne produit parfait déçu rapide qualité c'est j'ai au aux ne son ses mon ma tout
el los las es una del por para con muy pero como más su sus lo se al no está esta este mi me todo bueno buena
buen producto excelente malo llegó rápido calidad
il lo gli della di che è non per molto ma anche sono ho questo questa una nel alla bene prodotto
ottimo buono
o os as um uma não em muito mais com isso ele ela produto bom boa ótimo péssimo qualidade
het een niet van ik voor met maar zeer heel ook goed dat deze zijn er wel geen
och det att som är inte på jag med för av den mycket men har ett
i w na nie się jest do to że bardzo ale ve bir çok bu için ama değil da de
"""
ENGLISH = frozenset(_ENGLISH.split())
OTHER = frozenset(_OTHER.split()) - ENGLISH
FEW_WORDS, LATIN_SHARE = 8, 0.6
# Where one statement ends and another begins: at the end of a sentence, and before what takes something back.
_APART = re.compile(
    r"(?<=[.!?;])\s+|\s+-\s+|"
    r",?\s+\b(?:but|although|though|however|yet|except|while|whereas|unfortunately|otherwise)\b,?\s*",
    re.IGNORECASE,
)


def readable(text: str) -> str:
    """The text without HTML, control characters and runs of spaces; known emoji and smileys as words."""
    if "<" in text or "&" in text:
        # An entity may hide another tag; what is left after two turns is text about HTML.
        for _ in range(2):
            text = html.unescape(_TAG.sub(" ", text))
    if not (text.isascii() and text.isprintable()):
        text = "".join(_plain(sign) for sign in text)
    text = _SORRY_SMILEY.sub(" bad ", _GLAD_SMILEY.sub(" good ", text))
    return _SPACE.sub(" ", text).strip()


def statements(text: str) -> list[str]:
    """The statements of a text, without the words that join them: "nice but late" -> nice, late."""
    return [one for one in (part.strip(" ,.;:!?-") for part in _APART.split(text)) if one]


def _plain(sign: str) -> str:
    if sign in GLAD:
        return " good "
    if sign in SORRY:
        return " bad "
    # Cs: half a character, which a tokenizer cannot take.
    return " " if unicodedata.category(sign) in {"Cc", "Cs", "Cn", "Co"} else sign


def emoji_mood(text: str) -> float | None:
    """The share (0..1) of glad ones among known emoji of a text without words; None where there are words or none."""
    if _WORD.search(text):
        return None
    glad, sorry = sum(sign in GLAD for sign in text), sum(sign in SORRY for sign in text)
    return glad / (glad + sorry) if glad + sorry else None


def unreadable(text: str) -> Reason | None:
    """Why a text as `readable` gives it cannot be judged; None when it can."""
    if not text:
        return "empty"
    words = _WORD.findall(text.lower())
    if not words:
        return "no_words"
    return "other_language" if _other_language(text, words) else None


def _other_language(text: str, words: list[str]) -> bool:
    """By its script, else by its function words; one of them is enough in a few words with accents and no English."""
    letters = [sign for sign in text[:2000] if sign.isalpha()]
    latin = sum(sign < "ɐ" for sign in letters)
    if latin < LATIN_SHARE * len(letters):
        return True
    english = sum(word.replace("’", "'") in ENGLISH for word in words)
    other = sum(word.replace("’", "'") in OTHER for word in words)
    if other >= 2 and other > 2 * english:
        return True
    return other == 1 and not english and len(words) <= FEW_WORDS and not text.isascii()
