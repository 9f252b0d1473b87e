// expect: the loaded module does this: write model.module().named_parameters(...)
#include <suture/script/script.hpp>

using namespace suture;

[[maybe_unused]] void use(const Script& model) {
#ifdef SUTURE_BAD
    auto all = model.named_parameters();
#else
    auto all = model.module().named_parameters();
#endif
}
