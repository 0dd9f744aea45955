"""The words that describe a document: few, so that they can be counted and compared."""

from __future__ import annotations


def _words(listed: str) -> frozenset[str]:
    return frozenset(word.strip() for word in listed.split(","))


GENRES = frozenset(
    {
        "announcement", "annual_report", "article", "audio_transcript", "blog_post", "editorial",
        "email", "facebook_post", "faq", "instagram_caption", "interview", "invitation", "leaflet",
        "letter", "minutes", "newsletter", "open_letter", "poem", "press_release", "regulation",
        "report", "repost", "research_summary", "rights_report", "satire", "short_post", "sms",
        "speech", "statement", "telegram_post", "web_news", "whatsapp_message",
    }
)  # fmt: skip
ORGANISATIONS = _words(
    "animals, charity, consumers, culture, diaspora, disability, education, elderly, environment,"
    "health, neighbourhood, professional, religious, research, rights, rural, sports, trade,"
    "women, youth"
)
ELECTIONS = _words(
    "assembly, council, european, federal, foreign, foreigners council, municipal, none,"
    "parliament, past, president, provincial council, referendum, school board, state"
)
CAMPS = _words(
    "ethnic, green, independent, left, liberal, moderate, other, principlist, reformist,"
    "religious, right, royalist"
)

VOCABULARY = {
    "genre": GENRES,
    "organisation": ORGANISATIONS,
    "election": ELECTIONS,
    "camp": CAMPS,
}
