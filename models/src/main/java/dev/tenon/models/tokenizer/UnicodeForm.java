package dev.tenon.models.tokenizer;

import java.text.Normalizer;

/** How a text's characters are written before they are looked at (Unicode Standard Annex 15). */
public enum UnicodeForm {
    /** As they come. */
    AS_IS,
    NFC,
    NFD,
    NFKC,
    NFKD;

    String apply(String text) {
        return switch (this) {
            case AS_IS -> text;
            case NFC -> Normalizer.normalize(text, Normalizer.Form.NFC);
            case NFD -> Normalizer.normalize(text, Normalizer.Form.NFD);
            case NFKC -> Normalizer.normalize(text, Normalizer.Form.NFKC);
            case NFKD -> Normalizer.normalize(text, Normalizer.Form.NFKD);
        };
    }
}
