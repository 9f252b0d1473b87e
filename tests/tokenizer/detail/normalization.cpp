// Normalization forms. tests/tokenizers compares them with Python's tokenizers.
#include "suture/tokenizer/detail/normalization.hpp"

#include "doctest.hpp"
#include "tokenizer/texts.hpp"

#include "suture/tokenizer/detail/regex.hpp"

#include <string>

using suture::detail::characters_of;
using suture::detail::Normalization;
using Form = Normalization::Form;

TEST_CASE("forms of characters are those of Unicode's annex 15") {
    struct Case {
        std::u32string text, nfc, nfd, nfkc, nfkd;
    };
    const std::u32string dots = U"s\u0307", below = U"s\u0323\u0307";
    for (const Case& c : {Case{U"\u212B", U"\u00C5", U"A\u030A", U"\u00C5", U"A\u030A"},
                          Case{U"\u1E9B\u0323", U"\u1E9B\u0323", U"\u017F\u0323\u0307", U"\u1E69", below},
                          Case{U"s\u0307\u0323", U"\u1E69", below, U"\u1E69", below},
                          Case{U"\uFB01\u2075", U"\uFB01\u2075", U"\uFB01\u2075", U"fi5", U"fi5"},
                          Case{U"\uAC01", U"\uAC01", U"\u1100\u1161\u11A8", U"\uAC01", U"\u1100\u1161\u11A8"},
                          Case{U"\u0958", U"\u0915\u093C", U"\u0915\u093C", U"\u0915\u093C", U"\u0915\u093C"},
                          Case{U"\u0344", U"\u0308\u0301", U"\u0308\u0301", U"\u0308\u0301", U"\u0308\u0301"},
                          Case{U"", U"", U"", U"", U""}}) {
        CHECK(Normalization::normalized(c.text, Form::nfc) == c.nfc);
        CHECK(Normalization::normalized(c.text, Form::nfd) == c.nfd);
        CHECK(Normalization::normalized(c.text, Form::nfkc) == c.nfkc);
        CHECK(Normalization::normalized(c.text, Form::nfkd) == c.nfkd);
    }
}

TEST_CASE("a form of a form is that form, and composing what was decomposed is composing") {
    laws::for_all("normalization is idempotent", 500, [] {
        const std::u32string text = characters_of(texts::draw_text());
        for (const Form form : {Form::nfc, Form::nfd, Form::nfkc, Form::nfkd}) {
            const std::u32string once = Normalization::normalized(text, form);
            RC_ASSERT(Normalization::normalized(once, form) == once);
        }
        RC_ASSERT(Normalization::normalized(Normalization::normalized(text, Form::nfd), Form::nfc) ==
                  Normalization::normalized(text, Form::nfc));
    });
}
