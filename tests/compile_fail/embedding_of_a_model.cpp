// expect: the modules are named as in Hugging Face: write model->token_embedding, wpe, h and ln_f
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto embedding = model->pos_embed;
#else
    auto embedding = model->position_embedding;
#endif
}
