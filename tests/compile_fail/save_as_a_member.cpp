// expect: a model is saved by a function: write pretrained::save(directory, model)
#include <suture/pretrained/save.hpp>

using namespace suture;

[[maybe_unused]] void use(Decoder& model) {
#ifdef SUTURE_BAD
    model.save_pretrained("out");
#else
    pretrained::save("out", model);
#endif
}
