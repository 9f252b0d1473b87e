// expect: a model is loaded by a function: write script::load(path)
// The file is one that torch.jit.save wrote.
#include <suture/script/script.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Script model("model.pt");
#else
    Script model = script::load("model.pt");
#endif
}
