// expect: models are not compared: write a->config() == b->config()
#include <suture/gpt2/gpt2.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    bool same = model == model;
#else
    bool same = model->config() == model->config();
#endif
}
