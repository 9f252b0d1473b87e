// expect: the number of tokens has another name: write tokenizer.size()
// As of any container.
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

void use(const Tokenizer& tokenizer) {
#ifdef SUTURE_BAD
    Index n = tokenizer.vocab_size();
#else
    Index n = tokenizer.size();
#endif
}
