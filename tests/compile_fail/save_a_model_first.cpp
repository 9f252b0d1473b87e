// expect: the directory comes first, then the model: write save_gpt2(directory, model)
// As in every call that writes a file.
#include <suture/gpt2/save.hpp>

using namespace suture;

void use(const Gpt2<768, 12>& model) {
#ifdef SUTURE_BAD
    save_gpt2(model, "gpt2");
#else
    save_gpt2("gpt2", model);
#endif
}
