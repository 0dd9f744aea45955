// Every word of the pages, in both languages, under the same keys.

const fa = {
  title: "بی‌طرف: خودسنجی",
  brand: "بی‌طرف",
  brand_label: "بی‌طرف، صفحهٔ نخست",
  nav_label: "بخش‌های سامانه",
  nav_check: "خودسنجی",
  skip: "رفتن به متن صفحه",

  hero_title: "متن شما جانب کسی را گرفته است؟",
  hero_lead:
    "متنی را که سازمانتان می‌خواهد منتشر کند این‌جا بگذارید. بی‌طرف نشان می‌دهد کدام جمله، از زبان خود سازمان، به سود یا زیان یک نامزد، فهرست، حزب یا جناح است. نقد، اعتراض و دعوت به رأی جانب‌داری نیست.",
  text_label: "متن شما",
  text_placeholder: "متن را این‌جا بنویسید یا بچسبانید؛ یا پرونده‌ای را بکشید و این‌جا رها کنید.",
  count: (n) => `${n} نویسه`,
  check: "بسنج",
  file_choose: "انتخاب پرونده",
  file_remove: "کنار گذاشتن پرونده",
  file_size: (n) => `${n} کیلوبایت`,
  example: "نمونه‌ای را ببینید",
  hint_kinds: "متن ساده، Word، ‏PDF، ‏ODT، ‏RTF، ‏HTML، ایمیل، جدول یا ZIP این‌ها پذیرفته است.",
  hint_keys: "با Ctrl+Enter هم می‌توانید بسنجید.",
  looks_for: "چه چیزی را نشان می‌دهد",
  lets_through: "به چه چیزی کاری ندارد",

  waiting: "در حال خواندن و سنجیدن متن…",
  elapsed: (n) => `${n} ثانیه`,
  expected: (n) => `متن بلند است؛ حدود ${n} طول می‌کشد. می‌توانید رهایش کنید.`,
  expected_long: "متن بلند یا پروندهٔ بزرگ شاید چند دقیقه طول بکشد. می‌توانید رهایش کنید.",
  seconds: (n) => `${n} ثانیه`,
  minutes: (n) => `${n} دقیقه`,
  cancel: "رها کردن",
  cancelled: "سنجش رها شد. متن شما سر جایش است.",
  done: (verdict) => `سنجش تمام شد: ${verdict}`,
  nothing_title: "متنی نیست",
  nothing: "اول متنی بنویسید یا بچسبانید، یا پرونده‌ای انتخاب کنید.",
  one_file_title: "یک پرونده در هر بار",
  one_file: "پرونده‌ها را یکی‌یکی بسنجید، یا همه را در یک بستهٔ ZIP بگذارید.",
  unreachable_title: "سامانه پاسخ نداد",
  unreachable:
    "شاید سامانه خاموش شده یا پرونده بیش از اندازه بزرگ است. متن شما سر جایش است؛ اندکی بعد دوباره بکوشید.",
  broken_title: "کاری درست پیش نرفت",
  broken: "نتیجه نشان داده نشد. متن شما سر جایش است؛ دوباره بکوشید.",

  key_title: "این سامانه کلید می‌خواهد",
  key_why:
    "کلیدی را که گردانندهٔ سامانه به شما داده وارد کنید. کلید فقط در حافظهٔ همین صفحه می‌ماند و با بستن آن فراموش می‌شود.",
  key_label: "کلید",
  key_open: "ورود",
  key_accepted: "کلید پذیرفته شد.",

  again: "ویرایش متن و سنجش دوباره",
  fresh: "متن تازه",
  print: "چاپ",
  save_page: "ذخیرهٔ گزارش",
  save_data: "ذخیرهٔ داده (JSON)",
  documents_title: (n) => `${n} متن در این پرونده`,
  unread_title: "این‌ها خوانده نشد",
  unread_line: (file, line) => `${file}، سطر ${line}`,
  incomplete:
    "همهٔ پرونده سنجیده نشد: بیش از آن است که یک بار سنجیده شود. باقی آن را جدا بسنجید.",

  verdict_clear: "جانب‌داری دیده نشد",
  verdict_review: "بهتر است یک نفر نگاه کند",
  verdict_flagged: "گویا جانب کسی را گرفته است",
  verdict_abstained: "نمی‌توان نظری داد",
  step_clear: "بی‌اشکال",
  step_review: "نیازمند بازبینی",
  step_flagged: "نشان‌دار",
  step_abstained: "بی‌نظر",
  scale_label: "سه نتیجهٔ ممکن",
  meaning_clear:
    "در این متن جمله‌ای دیده نشد که سازمان در آن به سود یا زیان یک نامزد، فهرست، حزب یا جناح سخن گفته یا کاری کرده باشد.",
  meaning_review:
    "جمله‌های نشان‌داده‌شده شاید به سود یا زیان یک رقیب انتخاباتی خوانده شود. ابزار مطمئن نیست و تصمیم با شماست.",
  meaning_flagged:
    "به نظر می‌رسد سازمان در جمله‌های نشان‌داده‌شده، از زبان خود، به سود یا زیان یک رقیب انتخاباتی سخن گفته یا برای او کاری کرده است. تصمیم با انسان است.",
  reason_empty: "متنی در آن نبود.",
  reason_too_short: "متن کوتاه‌تر از آن است که بشود دربارهٔ آن چیزی گفت: کمتر از پنج واژه به خط فارسی دارد.",
  reason_other_language: "متن به فارسی یا دری نیست و این ابزار فقط این دو را می‌خواند.",
  reason_latin_script_persian: "متن فارسی است، ولی با حروف لاتین نوشته شده است.",
  reason_unreadable: "حروف متن خراب یا اسکن آن ناخواناست.",
  likelihood_0: "جانب‌داری در آن بسیار نامحتمل است.",
  likelihood_1: "جانب‌داری در آن نامحتمل است.",
  likelihood_2: "جانب‌داری در آن کمتر محتمل است، ولی کنار گذاشتنی نیست.",
  likelihood_3: "شاید جانب‌دار باشد، شاید نه.",
  likelihood_4: "جانب‌داری در آن محتمل است.",
  likelihood_5: "جانب‌داری در آن بسیار محتمل است.",
  score_number: (n) => `(امتیاز ${n} از ۱، برای جایی که نیمی از متن‌ها جانب‌دار باشند)`,

  next_title: "حالا چه کنید",
  next_clear: [
    "از نظر جانب‌داری لازم نیست چیزی را عوض کنید.",
    "اگر بعداً متن را عوض کردید، دوباره بسنجید.",
  ],
  next_review: [
    "هر جملهٔ نشان‌دار را در جای خودش و کنار توضیح قاعده‌اش بخوانید.",
    "از خود بپرسید: آیا خواننده از این جمله می‌فهمد سازمان با کدام رقیب است، یا بر ضد کدام؟",
    "اگر نه، متن را همین‌طور نگه دارید. اگر آری، جمله را روشن‌تر کنید یا بردارید و دوباره بسنجید.",
  ],
  next_flagged: [
    "هر جملهٔ نشان‌دار را کنار توضیح قاعده‌اش بخوانید؛ ابزار گاهی اشتباه می‌کند.",
    "اگر حرف سازمان همین است، پیش از انتشار با همکاران یا مشاور حقوقی خود در میان بگذارید.",
    "اگر چنین منظوری نبوده، جمله را عوض کنید یا بردارید و دوباره بسنجید.",
  ],
  next_empty: ["متنی بنویسید یا بچسبانید، یا پرونده‌ای با متن انتخاب کنید."],
  next_too_short: ["متن را کامل‌تر بگذارید؛ دست‌کم یکی دو جمله."],
  next_other_language: ["متن فارسی یا دری را بگذارید. از متن دوزبانه، بخش فارسی را جدا بسنجید."],
  next_latin_script_persian: ["متن را به خط فارسی بنویسید و دوباره بسنجید."],
  next_unreadable: [
    "متن را از برنامهٔ اصلی کپی کنید و این‌جا بچسبانید، یا پرونده را با رمزگذاری UTF-8 ذخیره کنید.",
    "اگر اسکن است، نسخهٔ متنی آن را پیدا کنید.",
  ],
  not_title: "این نتیجه چه نمی‌گوید",
  not_clear: [
    "مجوز یا گواهی نیست و نمی‌گوید متن درست، قانونی یا بی‌دردسر است.",
    "شاید اشاره‌ای را که فقط اهل یک فصل انتخاباتی می‌فهمند ندیده باشد.",
  ],
  not_review: [
    "اتهام نیست. بسیاری از متن‌های مجاز هم به این نتیجه می‌رسند.",
    "دربارهٔ نویسنده یا سازمان چیزی نمی‌گوید؛ فقط جمله‌ها را می‌بیند.",
  ],
  not_flagged: [
    "حکم یا اتهام نیست و هیچ مجازاتی را توجیه نمی‌کند؛ یک انسان باید متن را بخواند.",
    "نمی‌گوید سخن شما نادرست یا ممنوع است؛ فقط می‌گوید جانب‌دار به نظر می‌رسد.",
    "دربارهٔ عقیدهٔ نویسنده یا سازمان چیزی نمی‌گوید.",
  ],
  not_abstained: ["نه خوب است و نه بد؛ فقط یعنی ابزار این متن را نمی‌تواند بسنجد."],

  notes_title: "دربارهٔ خواندن این متن",
  note_encoding: (value) => `متن با رمزگذاری UTF-8 نبود و با ${value} خوانده شد.`,
  note_ocr: "اسکن است: حروف را برنامه‌ای بازشناخته و شاید نادرست باشد.",
  note_macros_ignored: "ماکرو دارد؛ نه اجرا شد و نه خوانده شد.",
  note_headers_left_out: "سرصفحه و پاصفحه کنار گذاشته شد.",
  note_menus_left_out: "منوها و آنچه در کنار متن است کنار گذاشته شد.",
  note_comments_left_out: "یادداشت‌های حاشیه کنار گذاشته شد.",
  note_deletions_left_out: "بخش‌های حذف‌شده کنار گذاشته شد.",
  note_cut: (value) => `همهٔ آن خوانده نشد: تا صفحهٔ ${value} خوانده شد.`,
  "note_cut:damaged_end": "همهٔ آن خوانده نشد: پایان پرونده خراب است.",
  "note_cut:damaged_letters": "برخی حروف خراب بود و جایگزین شد.",
  note_unread_pages: (value) => `${value} صفحه تصویر بدون متن است و خوانده نشد.`,
  note_obfuscated:
    "گویا برخی حروف تغییر شکل داده‌اند (مانند حروف جدا یا همانند)؛ به معنای اصلی خوانده شد.",
  note_prior: (value) => `امتیاز برای جایی است که سهم متن‌های جانب‌دار ${value} باشد.`,

  text_title: "متن شما، با نشان‌ها",
  show_fine: "بخش‌های مجاز را هم نشان بده",
  passages_title: (n) => `جمله‌های نشان‌دار (${n})`,
  passage: (n) => `جملهٔ ${n}`,
  label_begin: "توضیح جملهٔ ",
  and: "؛ ",
  passage_end: (n) => `(پایان جملهٔ ${n})`,
  fine_begin: (names) => `(مجاز: ${names.join("؛ ")})`,
  show_in_text: "در متن نشان بده",
  of_passage: (n) => ` (جملهٔ ${n})`,
  page: (n) => `صفحهٔ ${n}`,
  sureness: (word) => `اطمینان از این قاعده: ${word}`,
  sure_high: "زیاد",
  sure_middle: "متوسط",
  sure_low: "کم",
  fine_title: "بخش‌هایی که مجاز شناخته شد",
  fine_why:
    "این بخش‌ها شاید سیاسی به نظر برسند یا نرسند، ولی جانب کسی را در رقابت بر سر قدرت نمی‌گیرند؛ برای همین ابزار به آن‌ها کاری ندارد.",
  places: "در متن:",
  places_more: (n) => `و ${n} جای دیگر`,
  show_place: (n) => `بخش ${n} را در متن نشان بده`,

  person_decides: "این نتیجه فقط درخواستی است که یک انسان نگاه کند؛ تصمیم با انسان است.",
  checked_at: (when) => `سنجیده‌شده در ${when}`,
  model_is: "مدل:",
  codebook_is: (version) => `نسخهٔ کتابچهٔ قواعد: ${version}`,
  report_title: "گزارش بی‌طرف",

  rule_endorsement: "حمایت از نامزد یا مخالفت با او",
  rule_party_promotion: "تبلیغ حزب یا جناح، یا حمله به آن",
  rule_mobilisation: "کار ستادی برای یک رقیب",
  rule_fundraising: "پول و کالا برای یک رقیب",
  rule_candidacy: "نامزدی خود سازمان",
  try_endorsement:
    "اگر منظور این نیست: نام یا نشانهٔ نامزد و دعوت به رأی را بردارید، یا همه را به رأی دادن بخوانید بی‌آن‌که کسی را برگزینید.",
  try_party_promotion:
    "اگر منظور این نیست: به خود سیاست یا قانون بپردازید، نه به شایستگی یک حزب یا جناح برای رأی آوردن.",
  try_mobilisation:
    "اگر امکانات در دسترس همهٔ نامزدها با شرایط برابر است، همین را بنویسید؛ وگرنه این کمک، خود جانب‌داری است.",
  try_fundraising:
    "کمک را از رأی و ستاد جدا کنید؛ کمک به نیازمندان نباید به حمایت از کسی گره بخورد.",
  try_candidacy:
    "اگر عضوی از سازمان به نام خود نامزد شده است، روشن بنویسید که سازمان نامزد، فهرست یا سهمی ندارد.",
  kind_voter_education: "آموزش رأی و دعوت همگان",
  kind_issue_advocacy: "مطالبه و نقد",
  kind_rights_reporting: "گزارش حقوق بشر",
  kind_neutral_reporting: "خبر و پژوهش",
  kind_neutrality_statement: "اعلام بی‌طرفی",
  kind_government_relations: "رابطه با صاحبان مقام",
  kind_ordinary: "کار همیشگی سازمان",

  use_title: "برای چیست",
  use_for:
    "برای سنجیدن متن خودتان پیش از انتشار، و نخستین خوانش ناظرانی که خودشان می‌خوانند و تصمیم می‌گیرند. بیشتر وقت‌ها درست می‌گوید و گاهی اشتباه.",
  misuse_title: "برای چه نباید به کار رود",
  misuse:
    "مجازات بدون تصمیم انسان و بدون حق پاسخ، سرکوب بیان قانونی، کشف عقیدهٔ اشخاص، رتبه‌بندی سازمان‌ها و گردآوری خودکار متن: هرگز.",
  privacy_title: "متن شما کجا می‌رود",
  privacy:
    "فقط به همین سامانه، که بدون اینترنت کار می‌کند. این صفحه چیزی را ذخیره نمی‌کند، کوکی ندارد و چیزی به جای دیگر نمی‌فرستد.",
  imprint: "بی‌طرف، نرم‌افزار آزاد با پروانهٔ Apache-2.0. مدل:",

  contest_title: "بی‌طرف: پاسخ به یک ارزیابی",
  contest_heading: "ارزیابی متن شما و پاسخ شما",
  contest_lead:
    "این‌جا می‌بینید در متن شما چه دیده شده و بازبینان چه گفته‌اند. اگر آن را درست نمی‌دانید، پاسخ خود را بنویسید؛ یک نفر آن را می‌خواند و دوباره نظر می‌دهد.",
  contest_no_link:
    "این صفحه با پیوندی باز می‌شود که برایتان فرستاده‌اند. همان پیوند را دوباره و کامل باز کنید. نشانهٔ درون پیوند برای امنیت در این صفحه نگه داشته نمی‌شود.",
  contest_state: "اکنون کجاییم",
  contest_waiting: "برنامه این متن را نشان داده است و هنوز کسی آن را بازبینی نکرده است.",
  contest_disputed: "بازبینان هم‌نظر نیستند و متن در انتظار نظر یک نفر دیگر است.",
  contest_contested: "پاسخ شما رسیده است و متن در انتظار آن است که یک نفر پاسخ را بخواند.",
  contest_confirmed: "برنامه این متن را نشان داده و بازبین آن را تأیید کرده است.",
  contest_overturned: "بازبین این ارزیابی را رد کرده است. چیزی برای پاسخ دادن نمانده است.",
  contest_until: (moment) => `این پیوند تا ${moment} کار می‌کند.`,
  contest_found: "چه دیده شد",
  contest_nowhere: "برنامه جای مشخصی را نشان نداده است؛ نظرش دربارهٔ همهٔ متن است.",
  contest_not_kept:
    "متن شما نزد ما نگهداری نمی‌شود؛ از این رو به جای خود جمله، جای آن را می‌نویسیم. هر حرف، فاصله و نشانه یک نویسه به شمار می‌آید.",
  contest_place: (start, end) => `از نویسهٔ ${start} تا نویسهٔ ${end} متن`,
  contest_not: [
    "رأی دادگاه یا تصمیم اداری نیست و به‌خودی‌خود هیچ پیامدی ندارد.",
    "داوری دربارهٔ سازمان، نویسنده یا نوشته‌های دیگر شما نیست.",
    "به این معنا نیست که از سیاست نباید نوشت؛ نقد، هرچند تند، و خبر بی‌طرفانه بی‌اشکال است.",
  ],
  contest_reviews: "بازبینان چه گفته‌اند",
  contest_confirm: "تأیید کرده است",
  contest_overturn: "رد کرده است",
  contest_answer: "پاسخ شما",
  contest_label: "پاسخ شما",
  contest_hint:
    "پاسخ یک بار فرستاده می‌شود و پس از آن نمی‌توان تغییرش داد؛ پیش از فرستادن یک بار دیگر بخوانیدش.",
  contest_send: "فرستادن پاسخ",
  contest_sent: "پاسخ شما رسید.",
  contest_empty: "اول پاسخ خود را بنویسید.",
  contest_left: (n) => `${n} نویسهٔ دیگر جا دارد`,
  contest_over: (n) => `${n} نویسه بیش از اندازه است`,
  contest_unreachable: "شاید سامانه خاموش باشد. نوشتهٔ شما سر جایش است؛ اندکی بعد دوباره بکوشید.",
  contest_privacy:
    "پاسخ شما کنار همین ارزیابی نگه داشته می‌شود و بازبینان آن را می‌خوانند. این پیوند تنها همین ارزیابی را باز می‌کند.",
  comma: "، ",

  example_text: `انجمن دوستداران رودخانهٔ سیاه‌دره گزارش کار پاییز را منتشر می‌کند. داوطلبان ما سه کیلومتر از کنارهٔ رود را پاک کردند و برای دو مدرسهٔ روستایی کتابخانه ساختند.

شهرداری دو سال است که فاضلاب را بی‌تصفیه به رود می‌ریزد و به نامه‌های ما پاسخ نمی‌دهد. این بی‌اعتنایی پذیرفتنی نیست و همچنان پیگیر آن هستیم.

شعبه‌های اخذ رأی از ساعت هشت صبح باز است. رأی دادن یا ندادن تصمیم خود هر کس است.

انجمن ما از مهندس بهرام دل‌آسا در انتخابات شورای شهر حمایت می‌کند؛ روز جمعه به او رأی دهید. مینی‌بوس انجمن تا پایان هفته در اختیار ستاد انتخاباتی ایشان است.

کلاس شنای کودکان از شنبه آغاز می‌شود.`,
};

const en = {
  title: "Bitaraf: self-check",
  brand: "Bitaraf",
  brand_label: "Bitaraf, first page",
  nav_label: "Parts of the service",
  nav_check: "Self-check",
  skip: "Skip to content",

  hero_title: "Does your text take sides?",
  hero_lead:
    "Put in the Persian text that your organisation is about to publish. Bitaraf shows which sentence, in the organisation's own voice, speaks or works for or against a candidate, list, party or faction. Criticism, protest and calls to vote are not taking sides.",
  text_label: "Your text",
  text_placeholder: "Write or paste the text here, or drop a file.",
  count: (n) => `${n} characters`,
  check: "Check",
  file_choose: "Choose a file",
  file_remove: "Put the file aside",
  file_size: (n) => `${n} kB`,
  example: "See an example",
  hint_kinds: "Plain text, Word, PDF, ODT, RTF, HTML, mail, tables, or a ZIP of these.",
  hint_keys: "Ctrl+Enter checks, too.",
  looks_for: "What it points out",
  lets_through: "What it leaves alone",

  waiting: "Reading and checking the text…",
  elapsed: (n) => `${n} s`,
  expected: (n) => `A long text: this takes about ${n}. You can cancel.`,
  expected_long: "A long text or a large file may take some minutes. You can cancel.",
  seconds: (n) => `${n} seconds`,
  minutes: (n) => `${n} minutes`,
  cancel: "Cancel",
  cancelled: "Cancelled. Your text is where it was.",
  done: (verdict) => `Checked: ${verdict}`,
  nothing_title: "There is no text",
  nothing: "First write or paste a text, or choose a file.",
  one_file_title: "One file at a time",
  one_file: "Check files one by one, or put them all into one ZIP.",
  unreachable_title: "The service did not answer",
  unreachable:
    "It may have stopped, or the file may be too large. Your text is where it was; try again in a moment.",
  broken_title: "Something went wrong",
  broken: "The result could not be shown. Your text is where it was; try again.",

  key_title: "This service asks for a key",
  key_why:
    "Enter the key that whoever runs the service gave you. It stays in this page's memory alone and is forgotten when you close it.",
  key_label: "Key",
  key_open: "Open",
  key_accepted: "The key was accepted.",

  again: "Edit and check again",
  fresh: "New text",
  print: "Print",
  save_page: "Save the report",
  save_data: "Save the data (JSON)",
  documents_title: (n) => `${n} texts in this file`,
  unread_title: "Not read",
  unread_line: (file, line) => `${file}, row ${line}`,
  incomplete:
    "Not all of the file was checked: it holds more than is checked at once. Check the rest apart.",

  verdict_clear: "Nothing that takes sides",
  verdict_review: "A person should look",
  verdict_flagged: "It seems to take sides",
  verdict_abstained: "It cannot be judged",
  step_clear: "clear",
  step_review: "review",
  step_flagged: "flagged",
  step_abstained: "not judged",
  scale_label: "The three possible results",
  meaning_clear:
    "No sentence was found in which the organisation speaks or works for or against a candidate, list, party or faction.",
  meaning_review:
    "The marked sentences may be read as for or against a contestant. The tool is not sure; you decide.",
  meaning_flagged:
    "In the marked sentences the organisation seems, in its own voice, to speak or work for or against a contestant. A person decides.",
  reason_empty: "There was no text in it.",
  reason_too_short:
    "The text is too short to say anything: it has fewer than five words in Persian script.",
  reason_other_language: "The text is not in Persian or Dari, and this tool reads only these.",
  reason_latin_script_persian: "The text is Persian, but written in Latin letters.",
  reason_unreadable: "The text's letters are broken, or its scan cannot be read.",
  likelihood_0: "That it takes sides is very unlikely.",
  likelihood_1: "That it takes sides is unlikely.",
  likelihood_2: "That it takes sides is less likely than not, but cannot be ruled out.",
  likelihood_3: "It may take sides, or it may not.",
  likelihood_4: "That it takes sides is likely.",
  likelihood_5: "That it takes sides is very likely.",
  score_number: (n) => `(score ${n} of 1, where half of all texts take sides)`,

  next_title: "What to do now",
  next_clear: [
    "As far as taking sides goes, nothing needs to change.",
    "If you change the text later, check it again.",
  ],
  next_review: [
    "Read each marked sentence where it stands, beside what its rule says.",
    "Ask yourself: does a reader learn from it which contestant the organisation is for, or against?",
    "If not, leave the text as it is. If so, make the sentence clearer or take it out, and check again.",
  ],
  next_flagged: [
    "Read each marked sentence beside what its rule says; the tool is sometimes wrong.",
    "If this is what the organisation means, talk it over with colleagues or a legal adviser before publishing.",
    "If it is not, change the sentence or take it out, and check again.",
  ],
  next_empty: ["Write or paste a text, or choose a file that has text in it."],
  next_too_short: ["Put in more of the text: one or two sentences at least."],
  next_other_language: [
    "Put in a text in Persian or Dari. Of a text in two languages, check the Persian part by itself.",
  ],
  next_latin_script_persian: ["Write the text in Persian script and check again."],
  next_unreadable: [
    "Copy the text from the program it was written in and paste it here, or save the file as UTF-8.",
    "If it is a scan, find the text itself.",
  ],
  not_title: "What this does not say",
  not_clear: [
    "It is no permit or certificate; it does not say that the text is right, lawful or safe.",
    "It may have missed a hint that only insiders of a season understand.",
  ],
  not_review: [
    "It is no accusation. Many permitted texts come to this result.",
    "It says nothing about the author or the organisation; it sees sentences only.",
  ],
  not_flagged: [
    "It is no judgement or accusation and justifies no sanction; a person must read the text.",
    "It does not say that your words are wrong or forbidden, only that they seem to take sides.",
    "It says nothing about what the author or the organisation believes.",
  ],
  not_abstained: ["It is neither good nor bad: the tool cannot judge this text, that is all."],

  notes_title: "About the reading of this text",
  note_encoding: (value) => `The text was not in UTF-8 and was read as ${value}.`,
  note_ocr: "A scan: its letters were recognised by a program and may be wrong.",
  note_macros_ignored: "It holds macros; they were neither run nor read.",
  note_headers_left_out: "Running headers and footers were left out.",
  note_menus_left_out: "Menus and what else stands beside the text were left out.",
  note_comments_left_out: "Comments were left out.",
  note_deletions_left_out: "What is marked as deleted was left out.",
  note_cut: (value) => `Not read whole: the reading ends at page ${value}.`,
  "note_cut:damaged_end": "Not read whole: the end of the file is damaged.",
  "note_cut:damaged_letters": "Some letters are damaged and were replaced.",
  note_unread_pages: (value) => `${value} pages are pictures without text and were not read.`,
  note_obfuscated:
    "Some letters seem disguised (pulled apart or replaced by look-alikes); they were read as what they mean.",
  note_prior: (value) => `The score holds where ${value} of the texts are partisan.`,

  text_title: "Your text, with its marks",
  show_fine: "Show permitted passages, too",
  passages_title: (n) => `Marked sentences (${n})`,
  passage: (n) => `Sentence ${n}`,
  label_begin: "Explanation of sentence ",
  and: "; ",
  passage_end: (n) => `(end of sentence ${n})`,
  fine_begin: (names) => `(permitted: ${names.join("; ")})`,
  show_in_text: "Show in the text",
  of_passage: (n) => ` (sentence ${n})`,
  page: (n) => `page ${n}`,
  sureness: (word) => `Certainty about this rule: ${word}`,
  sure_high: "high",
  sure_middle: "middling",
  sure_low: "low",
  fine_title: "Passages recognised as permitted",
  fine_why:
    "These passages may sound political or not; either way they take no side in a contest for power, so the tool leaves them alone.",
  places: "In the text:",
  places_more: (n) => `and ${n} more`,
  show_place: (n) => `Show passage ${n} in the text`,

  person_decides: "This result is only a request for a person to look; a person decides.",
  checked_at: (when) => `Checked on ${when}`,
  model_is: "Model:",
  codebook_is: (version) => `Codebook: version ${version}`,
  report_title: "Bitaraf report",

  rule_endorsement: "For or against a candidate",
  rule_party_promotion: "For or against a party or faction",
  rule_mobilisation: "Campaign work for a contestant",
  rule_fundraising: "Money or goods for a contestant",
  rule_candidacy: "The organisation's own candidacy",
  try_endorsement:
    "If that is not meant: take out the candidate's name or sign and the call for votes, or invite everybody to vote without choosing for them.",
  try_party_promotion:
    "If that is not meant: speak of the policy or the law itself, not of a party's or faction's fitness to be elected.",
  try_mobilisation:
    "If what is lent is open to all candidates on equal terms, say so; else the help itself takes sides.",
  try_fundraising:
    "Keep help apart from votes and campaigns; aid to people in need must not be tied to support for anybody.",
  try_candidacy:
    "If a member stands in their own name, say clearly that the organisation has no candidate, list or share.",
  kind_voter_education: "Voter education",
  kind_issue_advocacy: "Demands and criticism",
  kind_rights_reporting: "Rights reporting",
  kind_neutral_reporting: "News and research",
  kind_neutrality_statement: "Statement of neutrality",
  kind_government_relations: "Relations with office holders",
  kind_ordinary: "The organisation's usual work",

  use_title: "What it is for",
  use_for:
    "For checking your own text before you publish it, and for a first reading by monitors, who read and decide themselves. It is often right and sometimes wrong.",
  misuse_title: "What it must not be used for",
  misuse:
    "Sanctions without a person's decision and a right to answer, suppression of lawful expression, finding out what persons believe, ranking organisations, crawling: never.",
  privacy_title: "Where your text goes",
  privacy:
    "To this service only, which works without the internet. This page stores nothing, sets no cookies and sends nothing anywhere else.",
  imprint: "Bitaraf, free software under Apache-2.0. Model:",

  contest_title: "Bitaraf: answer an assessment",
  contest_heading: "The assessment of your text, and your answer",
  contest_lead:
    "Here you see what was found in your text and what reviewers said. If you think it is wrong, write your answer; a person reads it and decides anew.",
  contest_no_link:
    "This page opens by a link that was sent to you. Open that link again, the whole of it. For safety the token in it is not kept in this page.",
  contest_state: "Where it stands",
  contest_waiting: "The program pointed at this text, and nobody has reviewed it yet.",
  contest_disputed: "Reviewers disagree; the text waits for another person.",
  contest_contested: "Your answer has arrived; the text waits for a person to read it.",
  contest_confirmed: "The program pointed at this text, and a reviewer confirmed it.",
  contest_overturned: "A reviewer overturned this assessment. There is nothing left to answer.",
  contest_until: (moment) => `This link works until ${moment}.`,
  contest_found: "What was found",
  contest_nowhere: "The program pointed at no passage; it speaks of the text as a whole.",
  contest_not_kept:
    "Your text is not kept here, so the place is given instead of the sentence. Every letter, space and mark counts as one character.",
  contest_place: (start, end) => `Characters ${start} to ${end} of the text`,
  contest_not: [
    "It is no court's or authority's decision and has no consequence by itself.",
    "It is no judgement of your organisation, the author or your other texts.",
    "It does not mean that politics must not be written about; criticism, however sharp, and neutral news are fine.",
  ],
  contest_reviews: "What reviewers said",
  contest_confirm: "Confirmed",
  contest_overturn: "Overturned",
  contest_answer: "Your answer",
  contest_label: "Your answer",
  contest_hint: "An answer is sent once and cannot be changed; read it again before you send it.",
  contest_send: "Send the answer",
  contest_sent: "Your answer has arrived.",
  contest_empty: "First write your answer.",
  contest_left: (n) => `room for ${n} more characters`,
  contest_over: (n) => `${n} characters too many`,
  contest_unreachable: "The service may be down. What you wrote is where it was; try again shortly.",
  contest_privacy:
    "Your answer is kept beside this assessment and read by reviewers. This link opens this one assessment only.",
  comma: ", ",

  example_text: fa.example_text,
};

export const WORDS = { fa, en };
