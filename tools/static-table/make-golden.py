"""Writes golden token ids: what the source model's own tokenizer makes of sentences in many scripts."""

import json

from tokenizers import Tokenizer

from source import DATA, GOLDEN, source_model

SENTENCES = [
    "",
    " \t\r\n ",
    "Hello, World!",
    "The quick brown fox jumps over the lazy dog.",
    "unaffable tokenization of hyperparameterised embeddings",
    "[2026-03-14] Ana: I only drink coffee with oat milk, never with cow's milk.",
    "It's 7:40 a.m.; gate B12 (terminal 2) — don't be late…",
    "mail ana.lopez+mneme@example.org or call +49 (0)30 1234-567",
    "C++ > C# ~= F#, a|b & c^d, {x: [1, 2]}, `code`, $HOME, 100%",
    "const memoryIds = await index.searchByVector(question_vector, { limit: 10 });",
    "TypeError: Cannot read properties of undefined (reading 'length')",
    "https://example.org/a/b?c=d&e=%20f#g",
    "Crème brûlée, naïve façade, Ångström, İstanbul, ŁÓDŹ, Škoda",
    "cre\u0300me bru\u0302le\u0301e with combining marks, a\u0301\u0316\u0302b, \u0301alone",
    "Die Straße heißt Großer Weg, STRASSE, ẞ, Übergröße.",
    "El niño comió piñata; ¿qué tal? ¡Muy bien!",
    "Voilà l'été où j'ai mangé des œufs",
    "Ich habe den Vertrag gekündigt, weil er zu teuer war.",
    "Привет, как дела? Всё хорошо, ёлка и йод.",
    "Καλημέρα κόσμε, ΟΔΟΣ ΣΊΣΥΦΟΣ, τέλος\u037e",
    "שלום עולם, שָׁלוֹם",
    "مرحبا بالعالم، كيف الحال؟ مُحَمَّد",
    "नमस्ते दुनिया, हिन्दी में पाठ।",
    "สวัสดีชาวโลก ภาษาไทย",
    "வணக்கம் உலகம்",
    "আমি বাংলায় গান গাই",
    "東京は日本の首都です。カタカナとひらがな、ガギグ",
    "中文分词测试,没有空格。",
    "한국어 문장입니다. 서울은 수도이다.",
    "Tiếng Việt có nhiều dấu: phở, đường, ngữ",
    "Türkçe: ığüşöç IĞÜŞÖÇ",
    "ﬁne ﬂour, Ⅷ, ½, ①, ™, x², H₂O, ａｂｃ full width！",
    "emoji 🎉🧠 family 👩\u200d👩\u200d👧\u200d👦 flag 🇩🇪 skin 👍🏽 heart ❤\ufe0f end",
    "zero\u200bwidth, soft\u00adhyphen, bom\ufeff, bell\u0007, nul\u0000, replacement \ufffd",
    "no\u00a0break, thin\u2009space, ideographic\u3000space, line\u2028separator, next\u0085line",
    "‚low‘ „quotes“ «guillemets» ‹single› 'straight' \"double\" 「corner」",
    "em—dash en–dash minus−sign figure‒dash hyphen‐ non‑breaking",
    "math ∑∫√∞ ≠ ≤ ≥ ± × ÷ → ⇒ ∀x∈ℝ",
    "currency € £ ¥ ₹ ₿ ¢ and degree 24 °C, section § 12, pilcrow ¶",
    "a" * 100,
    "a" * 101,
    "b" * 99 + "é",
    "e\u0301" * 100,
    "e\u0301" * 101,
    "한" * 34,
    "word" + "\u0301" * 300 + "s",
    "x" * 250 + " ok",
    "𝒳 𝔸𝔹ℂ 𝐛𝐨𝐥𝐝 𠀀𠀁 丽你",
    "ÀÈÌÒÙ àèìòù ÄËÏÖÜŸ ÂÊÎÔÛ ÃÑÕ ÇĢĶĻŅ ŐŰ",
    "Dž Lj Nj dz ŉ ǰ ΐ և ẖ ẗ ẘ ẙ ẚ",
    "mixed漢字and한글andкириллица",
    "\u0958\u09dc\u0a33\u0b5c\u0f43 \u1e9b\u0323 \u212b \u2126 \u1fef",
    "#hashtag @mention :smile: ;-) ^_^ <3 </html> ~tilde~ \\back\\slash",
    "1,240.50 3.14159 1e-9 0xFF 2026-03-14T07:40:00Z v2.14.0-rc.1",
    "don't I'd we're o'clock rock'n'roll O'Brien's",
]


def main() -> None:
    tokenizer = Tokenizer.from_file(str(source_model() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokens = (DATA / "vocabulary.txt").read_text(encoding="utf-8").split("\n")[:-1]
    rows = {token: row for row, token in enumerate(tokens)}
    with open(GOLDEN / "tokens.jsonl", "w", encoding="utf-8") as out:
        for text in SENTENCES:
            pieces = tokenizer.encode(text, add_special_tokens=False).tokens
            line = {"text": text, "rows": [rows[piece] for piece in pieces]}
            out.write(json.dumps(line) + "\n")


main()
