// expect: the modules are named as in Hugging Face: write model->wte, wpe, h and ln_f
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Gpt2<768, 12>& model) {
#ifdef SUTURE_BAD
    auto embedding = model->pos_embed;
#else
    auto embedding = model->wpe;
#endif
}
