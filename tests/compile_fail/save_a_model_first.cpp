// expect: the directory comes first, then the model: write gpt2::save(directory, model)
// As in every call that writes a file.
#include <suture/gpt2/save.hpp>

using namespace suture;

void use(const Decoder& model) {
#ifdef SUTURE_BAD
    gpt2::save(model, "gpt2");
#else
    gpt2::save("gpt2", model);
#endif
}
