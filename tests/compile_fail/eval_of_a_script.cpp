// expect: the loaded module does this: write model.module().eval(...)
// `module()` gives the torch::jit::Module.
#include <suture/script/script.hpp>

using namespace suture;

void use(Script& model) {
#ifdef SUTURE_BAD
    model.eval();
#else
    model.module().eval();
#endif
}
