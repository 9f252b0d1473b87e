// expect: the norms are named as in Hugging Face: write ln_1, ln_2 and ln_f
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Gpt2<768, 12>& model) {
#ifdef SUTURE_BAD
    auto norm = model->h[1]->ln1;
#else
    auto norm = model->h[1]->ln_1;
#endif
}
