// expect: members have one name in all families: write token_embedding, blocks, final_norm
// Paths have the names of Hugging Face's implementation of the family; members have one name in all families.
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto module = model->ln_f;
#else
    auto module = model->final_norm;
#endif
}
