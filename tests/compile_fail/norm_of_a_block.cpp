// expect: the norms of a block are attn_norm and mlp_norm: write block->mlp_norm
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto norm = model->blocks[1]->ln1;
#else
    auto norm = model->blocks[1]->attn_norm;
#endif
}
