// expect: visit_gpt2 finds the width itself: write visit_gpt2(directory, f)
#include <suture/gpt2/load.hpp>

using namespace suture;

[[maybe_unused]] void use() {
#ifdef SUTURE_BAD
    visit_gpt2<768, 12>("gpt2", [](auto) {});
#else
    visit_gpt2("gpt2", [](auto) {});
#endif
}
