// expect: the norms are named as in Hugging Face: write ln_1, ln_2 and ln_f
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto norm = model->blocks[1]->ln1;
#else
    auto norm = model->blocks[1]->attn_norm;
#endif
}
