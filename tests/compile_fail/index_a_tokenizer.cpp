// expect: a token is found by its text: write tokenizer.id_of(text)
// The text is the token alone.
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

void use(const Tokenizer& tokenizer) {
#ifdef SUTURE_BAD
    Index id = tokenizer[" Mary"];
#else
    Index id = tokenizer.id_of(" Mary");
#endif
}
