// expect: a Tokenizer makes text of ids: write tokenizer.decode({15496, 995})
#include <suture/gpt2/load.hpp>
#include <suture/tokenizer/tokenizer.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model, const Tokenizer& tokenizer) {
#ifdef SUTURE_BAD
    auto text = model.to_string(15496);
    (void)tokenizer;
#else
    auto text = tokenizer.decode({15496});
    (void)model;
#endif
}
