// expect: a model is saved by a function: write save_gpt2(directory, model)
#include <suture/gpt2/save.hpp>

using namespace suture;

[[maybe_unused]] void use(Gpt2<768, 12>& model) {
#ifdef SUTURE_BAD
    model.save_pretrained("out");
#else
    save_gpt2("out", model);
#endif
}
