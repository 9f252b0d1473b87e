// expect: the directory comes first, then the model: write llama::save(directory, model)
// As in every call that writes a file.
#include <suture/llama/save.hpp>

using namespace suture;

void use(const Decoder& model) {
#ifdef SUTURE_BAD
    llama::save(model, "saved");
#else
    llama::save("saved", model);
#endif
}
