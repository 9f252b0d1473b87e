// expect: a holder points to its module: write model->blocks
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    auto block = model.blocks[0];
#else
    auto block = model->blocks[0];
#endif
}
