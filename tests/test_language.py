import pytest

from classifier.text import unreadable_reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("!!! … 🌱🌱", "empty"),
        ("سلام دوستان", "too_short"),
        ("۱۲ ۱۳ ۱۴ ۱۵ ۱۶ ۱۷", "too_short"),
        ("The association supports nobody in the council election this year.", "other_language"),
        ("Dostan salam, anjoman az hich kas hemayat nemikonad va hame azad hastand ke ray bedim",
         "latin_script_persian"),
        ("أعلنت الجمعية عن بدء حملة جديدة لجمع التبرعات في جميع المدن", "other_language"),
        ("انجمن نے اعلان کیا ہے کہ وہ کسی امیدوار کی حمایت نہیں کرے گی اور سب سے اپیل کی ہے",
         "other_language"),
        ("د ټولنې غړي وايي چې دوی د هیڅ نوماند ملاتړ نه کوي او له ټولو خلکو غواړي رایه ورکړي",
         "other_language"),
        ("کۆمەڵەکە ڕایگەیاند کە پشتگیری هیچ کاندیدێک ناکات و داوا لە هەموو خەڵک دەکات",
         "other_language"),
        ("بو انجمن هئچ بیر نامزددن حمایت ائتمیر و بوتون وطنداشلاری سئچکی یه چاغیریر بیز هامی اوچون",
         "other_language"),
        ("Ø³Ù„Ø§Ù… Ø¯ÙˆØ³ØªØ§Ù† Ø¹Ø²ÛŒØ² Ø§Ù†Ø¬Ù…Ù† Ù…Ø§", "unreadable"),
        ("ط³ظ„ط§ظ… ط¯ظˆط³طھط§ظ† ط¹ط²غŒط² ط§ظ†ط¬ظ…ظ† ظ…ط§", "unreadable"),
        ("ا | ، ب ~ ر ^ ؛ د ـ * ق . ز ] ل } گ < ت ^ ک ' و | س : ن ؟ م ~ ی [ ه", "unreadable"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_named(text, reason):
    assert unreadable_reason(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "در انجمن ما همه با هم برابرند و هیچ‌کس رئیس نیست.",
        "مؤسسه در ولسوالی‌های ولایت بلخ به زنان سواد می‌آموزاند و از والی صاحب تشکر می‌کند.",
        "سلام به همگي! فردا صبح كوه مي رويم، كفش مناسب بياوريد.",
        "لطفا فرم رو پر کنین و به info@example.org بفرستین، بعد تو Telegram خبر بدین.",
        "به کد ۱۲ ر أ ی ب د ه ی د دوستان خوب و همراه ما",
        "پنج کاندیدای Ward 5 پنجشنبه تو کانونن، هر کی هفت دقیقه. سؤالاتونو بنویسین.",
        "میز کمک فرم‌ها چهارشنبه‌ها فرم Försäkringskassan پر می‌کند، شمارهٔ نوبت بگیرید.",
    ],
)
def test_persian_and_dari_are_read(text):
    assert unreadable_reason(text) is None
