// expect: a holder points to its module: write model->h
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Gpt2<768, 12>& model) {
#ifdef SUTURE_BAD
    auto block = model.h[0];
#else
    auto block = model->h[0];
#endif
}
