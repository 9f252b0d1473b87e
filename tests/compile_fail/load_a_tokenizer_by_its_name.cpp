// expect: a tokenizer is opened by its directory: write Tokenizer::open(directory)
// Nothing is downloaded.
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto tokenizer = Tokenizer::from_pretrained("gpt2");
#else
    auto tokenizer = Tokenizer::open("gpt2");
#endif
}
