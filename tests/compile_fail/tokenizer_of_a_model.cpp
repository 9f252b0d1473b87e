// expect: a model takes and gives ids: write Tokenizer::open(directory).encode(text)
// A model and its tokenizer are opened from one directory, each by itself.
#include <suture/gpt2/load.hpp>
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto tokenizer = model.tokenizer;
    (void)model;
#else
    auto tokenizer = Tokenizer::open("gpt2");
    (void)model;
#endif
}
