// expect: a token is shown by its id: write tokenizer.token_text(995)
// A text becomes an id first.
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

void use(const Tokenizer& tokenizer) {
#ifdef SUTURE_BAD
    auto text = tokenizer.token_text(" Mary");
#else
    auto text = tokenizer.token_text(tokenizer.id_of(" Mary"));
#endif
}
