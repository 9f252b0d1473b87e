// expect: one text is encoded at a time: write tokenizer.encode(text)
// The ids come as a vector.
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

void use(const Tokenizer& tokenizer) {
#ifdef SUTURE_BAD
    auto ids = tokenizer("Hello");
#else
    auto ids = tokenizer.encode("Hello");
#endif
}
