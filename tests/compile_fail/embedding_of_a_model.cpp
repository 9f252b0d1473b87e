// expect: members have one name in all families: write token_embedding, blocks, final_norm
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto embedding = model->pos_embed;
#else
    auto embedding = model->position_embedding;
#endif
}
