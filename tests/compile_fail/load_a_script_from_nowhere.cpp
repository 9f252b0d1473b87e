// expect: a model is loaded from its file: write script::load(path)
#include <suture/script/script.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    auto model = script::load();
#else
    auto model = script::load("gpt2.pt");
#endif
}
