// expect: a model is saved by a function: write gpt2::save(directory, model)
#include <suture/gpt2/save.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    model.save_pretrained("out");
#else
    gpt2::save("out", model);
#endif
}
