// expect: the directory comes first, then the model: write pretrained::save(directory, model)
// As in every call that writes a file.
#include <suture/pretrained/save.hpp>

using namespace suture;

void use(const Decoder& model) {
#ifdef SUTURE_BAD
    pretrained::save(model, "saved");
#else
    pretrained::save("saved", model);
#endif
}
